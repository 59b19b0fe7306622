import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { audit, openScene, type Population, pay, populate, readApi, type Scene } from "../support/index.ts";

const ETHER = 10n ** 18n;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const WAIT = { timeout: 60_000, interval: 200 };

describe("a machine whose clock jumps", () => {
  let scene: Scene;
  let people: Population;

  const jump = (offsetMs: number): void => {
    if (scene !== undefined) writeFileSync(join(scene.dir, "offset"), String(offsetMs));
  };
  const newestBlock = async () => (await readApi(scene.api(), "blocks", { query: { limit: "1" } })).blocks[0];
  /** Pays in a separate block, which carries L1's time, at most a minute ahead. */
  const payInNewBlock = async (): Promise<void> => {
    const last = await newestBlock();
    // An open block would include the payment.
    const before = (last?.number ?? 0) - (last?.status === "open" ? 1 : 0);
    await pay(scene, people);
    const block = await vi.waitUntil(async () => {
      const newest = await newestBlock();
      return newest !== undefined && newest.number > before && newest.status !== "open" && newest;
    }, WAIT);
    const { timestamp } = await scene.l1.rollup.reader.getBlock({ blockTag: "pending" });
    expect(block.timestamp).toBeLessThanOrEqual(Number(timestamp) + 60);
    expect(block.timestamp).toBeGreaterThan(Number(timestamp) - 120);
  };
  /** Moves L1's clock to the blocks' time. */
  const letMinutePass = () => scene.l1.passTime(61);

  beforeAll(async () => {
    scene = await openScene();
    jump(0);
    people = await populate(scene, { CAIRN_CLOCK_OFFSET_FILE: join(scene.dir, "offset") });
  });
  afterAll(() => scene?.stop());

  it("forward and back, by an hour and by years", async () => {
    for (const offsetMs of [YEAR_MS, -10 * YEAR_MS, HOUR_MS, -HOUR_MS]) {
      jump(offsetMs);
      await payInNewBlock();
    }
    await letMinutePass();
    await audit(scene);
  });

  it("also while the node is down; nothing expires that is valid by L1's time", async () => {
    const { holders, ledger, api } = scene;
    const { alice, bob } = people;
    jump(0);
    const validUntil = Math.floor(Date.now() / 1000) + 1200;
    const first = holders.transfer(alice, bob, ETHER / 1000n, { validUntil });
    await ledger.submitUntilAcknowledged(api, [holders.transfer(alice, bob, ETHER / 1000n, { validUntil })]);
    jump(24 * HOUR_MS);
    await ledger.submitUntilAcknowledged(api, [first]);
    await people.node.kill();
    jump(-HOUR_MS);
    await scene.start({ CAIRN_CLOCK_OFFSET_FILE: join(scene.dir, "offset") });
    await payInNewBlock();
    await letMinutePass();
    await audit(scene);
  });
});
