import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, openScene, type Population, pay, populate, readApi, type Scene } from "../support/index.ts";

const ETHER = 10n ** 18n;
const HOUR_MS = 3_600_000;

describe("a machine whose clock jumps", () => {
  let scene: Scene;
  let people: Population;

  const jump = (offsetMs: number): void => {
    if (scene !== undefined) writeFileSync(join(scene.dir, "offset"), String(offsetMs));
  };
  /** Whether the newest block carries L1's time, give or take a minute. */
  const expectTrueTime = async (): Promise<void> => {
    const { blocks } = await readApi(scene.api(), "blocks", { query: { limit: "1" } });
    const { timestamp } = await scene.l1.rollup.reader.getBlock();
    expect(Math.abs((blocks[0]?.timestamp ?? 0) - Number(timestamp))).toBeLessThan(120);
  };

  beforeAll(async () => {
    scene = await openScene();
    jump(0);
    people = await populate(scene, { CAIRN_CLOCK_OFFSET_FILE: join(scene.dir, "offset") });
  });
  afterAll(() => scene?.stop());

  it.each([
    ["an hour forward", HOUR_MS],
    ["an hour back", -HOUR_MS],
    ["a year forward", 365 * 24 * HOUR_MS],
    ["to long before L1 began", -10 * 365 * 24 * HOUR_MS],
  ])("%s, with transactions before and after", async (_, offsetMs) => {
    jump(0);
    await pay(scene, people);
    jump(offsetMs);
    await pay(scene, people);
    await audit(scene);
    await expectTrueTime();
  });

  it("does not let transactions expire that are valid by L1's time", async () => {
    const { holders, ledger, api } = scene;
    const { alice, bob } = people;
    jump(0);
    const validUntil = Math.floor(Date.now() / 1000) + 1200;
    const first = holders.transfer(alice, bob, ETHER / 1000n, { validUntil });
    await ledger.insist(api, [holders.transfer(alice, bob, ETHER / 1000n, { validUntil })]);
    jump(24 * HOUR_MS);
    await ledger.insist(api, [first]);
    await audit(scene);
  });

  it("while the node is down", async () => {
    await pay(scene, people);
    await people.node.kill();
    jump(-HOUR_MS);
    await scene.start({ CAIRN_CLOCK_OFFSET_FILE: join(scene.dir, "offset") });
    await pay(scene, people);
    await audit(scene);
    await expectTrueTime();
  });
});
