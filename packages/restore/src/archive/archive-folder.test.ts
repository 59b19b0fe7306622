import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, type L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { createMemoryStore, genesisRoot } from "@cairn/state";
import { genesisPosition } from "@cairn/vm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "../../test/published.ts";
import { verifyArchive } from "../archive-rollup.ts";
import { restoreFromFiles } from "../node/restore-files.ts";
import { readIdentity } from "../read-identity.ts";
import { archivesIn, createArchiveFolder } from "./archive-folder.ts";
import { createArchive } from "./writer.ts";

let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (let seed = 1; seed <= 4; seed++) await live.publishSome(seed);
  await live.deposit(2, 9n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const folder = (dir: string, { rollup = live.rollup, batchesPerFile = 3 } = {}) =>
  createArchiveFolder(createL1Access(rollup), { dir, compress: live.compress, head: "latest", batchesPerFile });
const names = (dir: string): string[] => readdirSync(dir).sort();

/** The archives alone restore the state, on an L1 that has no events and transactions any more. */
async function expectWhole(dir: string): Promise<void> {
  const archives = await archivesIn(dir);
  const rollup = lyingRollup(live.rollup, {
    getLogs: async () => expect.unreachable("the events are gone"),
    getTransaction: async () => expect.unreachable("the transactions are gone"),
  });
  const { compress } = live;
  const { restored, position } = await restoreFromFiles({ store: createMemoryStore(), compress, rollup, archives });
  expect(position).toMatchObject({ batch: live.batches.length, root: live.tree.root() });
  const honest = await restoreFromFiles({ store: createMemoryStore(), compress, rollup: live.rollup });
  expect(restored.waiting().map(({ operation }) => operation)).toEqual(
    honest.restored.waiting().map(({ operation }) => operation),
  );
  for (const path of archives) await verifyArchive(path, { compress, access: createL1Access(live.rollup) });
}

describe("a folder of archives", () => {
  it("has every batch, in files of a few, each of them whole", async () => {
    const dir = join(temporaryFolder(), "new");
    expect(await archivesIn(dir)).toEqual([]);
    expect(await folder(dir).update()).toEqual({ lastBatch: 5, added: 5 });
    expect(names(dir)).toEqual(["batches-0000000001.cairn", "batches-0000000004.cairn"]);
    await expectWhole(dir);
  });

  it("ends where finality is counted to end", async () => {
    const { compress, rollup } = live;
    const access = createL1Access(rollup);
    const update = (confirmations: number) =>
      createArchiveFolder(access, { dir: temporaryFolder(), compress, head: { confirmations } }).update();
    // The latest block has a deposit, the ones before it a batch each.
    expect(await update(1)).toEqual({ lastBatch: 5, added: 5 });
    expect(await update(2)).toEqual({ lastBatch: 5, added: 5 });
    expect(await update(3)).toEqual({ lastBatch: 4, added: 4 });
  });

  it("is continued with what has come, by the same process and by another one", async () => {
    const dir = temporaryFolder();
    const first = folder(dir);
    const before = live.batches.length;
    expect(await first.update()).toEqual({ lastBatch: before, added: before });
    const full = readFileSync(join(dir, "batches-0000000001.cairn"));
    expect(await first.update()).toEqual({ lastBatch: before, added: 0 });
    await live.publishSome(6);
    expect(await first.update()).toEqual({ lastBatch: before + 1, added: 1 });
    await live.deposit(3, 5n);
    expect(await first.update()).toEqual({ lastBatch: before + 1, added: 0 });
    await expectWhole(dir);
    for (const seed of [7, 8]) await live.publishSome(seed);
    let fetched = 0;
    const counting = lyingRollup(live.rollup, {
      getTransaction: (ask) => {
        fetched++;
        return ask();
      },
    });
    expect(await folder(dir, { rollup: counting }).update()).toEqual({ lastBatch: before + 3, added: 2 });
    expect(fetched).toBe(2);
    await expectWhole(dir);
    expect(readFileSync(join(dir, "batches-0000000001.cairn"))).toEqual(full);
  });

  it("ends with a file of its own when the last one is full: for what waits in the queue", async () => {
    const dir = temporaryFolder();
    await folder(dir, { batchesPerFile: live.batches.length }).update();
    const next = String(live.batches.length + 1).padStart(10, "0");
    expect(names(dir)).toEqual(["batches-0000000001.cairn", `batches-${next}.cairn`]);
    await expectWhole(dir);
    await live.publishSome(9);
    await folder(dir, { batchesPerFile: live.batches.length }).update();
    expect(names(dir)).toHaveLength(2);
    await expectWhole(dir);
  });

  it("keeps only whole files when a process dies or L1 fails in the middle", async () => {
    const dir = temporaryFolder();
    let left = 4;
    const failing: L1Rollup = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        if (left-- <= 0) throw new RangeError("connection refused");
        return ask();
      },
    });
    const access = createL1Access(failing, { sleep: async () => {}, attempts: 1 });
    const options = { dir, compress: live.compress, head: "latest" as const, batchesPerFile: 2 };
    const shaky = createArchiveFolder(access, options);
    await expect(shaky.update()).rejects.toMatchObject({ code: "l1/unavailable" });
    for (const path of await archivesIn(dir)) await verifyArchive(path, { compress: live.compress, access: null });
    writeFileSync(join(dir, "batches-0000000099.cairn.draft"), "half a file");
    left = Number.POSITIVE_INFINITY;
    expect(await shaky.update()).toMatchObject({ lastBatch: live.batches.length });
    expect(existsSync(join(dir, "batches-0000000099.cairn.draft"))).toBe(false);
    await expectWhole(dir);
  });

  it("is left alone while the L1 node is behind", async () => {
    const dir = temporaryFolder();
    await folder(dir).update();
    const before = names(dir).map((name) => readFileSync(join(dir, name)));
    const behind = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), batchCount: 2n } : answer;
      },
    });
    const earlier = lyingRollup(live.rollup, {
      getBlock: async (ask, query) =>
        query?.blockTag === "latest" ? live.rollup.reader.getBlock({ blockNumber: 8n }) : ask(),
    });
    for (const rollup of [behind, earlier]) {
      expect(await folder(dir, { rollup }).update()).toEqual({ lastBatch: live.batches.length, added: 0 });
    }
    expect(names(dir).map((name) => readFileSync(join(dir, name)))).toEqual(before);
  });

  it("is refused when it is of another rollup or history, or damaged", async () => {
    const dir = temporaryFolder();
    await folder(dir, { batchesPerFile: live.batches.length + 1 }).update();
    const foreign = temporaryFolder();
    const identity = { ...(await readIdentity(createL1Access(live.rollup))), chainId: 5n };
    const start = genesisPosition(genesisRoot(live.compress));
    await (await createArchive(join(foreign, "batches-0000000001.cairn"), identity, start)).finish(null);
    await expect(folder(foreign).update()).rejects.toMatchObject({ code: "restore/archive-foreign" });
    const lying = lyingRollup(live.rollup, {
      multicall: async (ask) => ((await ask()) as string[]).map(() => `0x${"22".repeat(32)}`),
    });
    await expect(folder(dir, { rollup: lying }).update()).rejects.toMatchObject({
      code: "restore/batch-mismatch",
      details: { check: "commitment" },
    });
    const last = (await archivesIn(dir)).at(-1) ?? "";
    truncateSync(last, readFileSync(last).length - 5);
    await expect(folder(dir).update()).rejects.toMatchObject({ code: "restore/archive-truncated" });
  });
});
