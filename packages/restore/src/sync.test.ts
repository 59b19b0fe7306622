import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { createMemoryStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import type { Hex } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { type RestoreFilesOptions, restoreFromFiles } from "./node/restore-files.ts";
import type { RestoreResult } from "./restore.ts";

let live: UnprovenRollup;
let snapshot: Hex;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1, 2]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (let seed = 1; seed <= 3; seed++) await live.publishSome(seed);
  snapshot = await live.client.snapshot();
  await live.publishSome(4);
  await live.deposit(3, 9n);
  await live.publishSome(5);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const restore = (options: Partial<RestoreFilesOptions> = {}): Promise<RestoreResult> =>
  restoreFromFiles({ store: createMemoryStore(), compress: live.compress, rollup: live.rollup, ...options });

describe("a restoration that is interrupted", () => {
  it("continues from its last checkpoint and ends with the same state and archive", async () => {
    const whole = join(temporaryFolder(), "whole");
    await restore({ archiveTo: whole });
    for (const stopAt of [1, 2, 3, 4, 5]) {
      const store = createLmdbStore({ path: temporaryFolder() });
      const archiveTo = join(temporaryFolder(), "archive");
      const aborting = new AbortController();
      let fetched = 0;
      const rollup = lyingRollup(live.rollup, {
        getTransaction: async (ask) => {
          if (++fetched > stopAt) aborting.abort();
          return ask();
        },
      });
      const options = { store, archiveTo, concurrency: 1, checkpoints: { batches: 2, accounts: 1000, ms: 100_000 } };
      await expect(restore({ ...options, rollup, signal: aborting.signal })).rejects.toMatchObject({
        name: "AbortError",
      });
      const { restored, totals } = await restore(options);
      expect(restored.tree.root()).toBe(live.tree.root());
      expect(totals.batches).toBeLessThanOrEqual(6);
      expect(
        await verifyArchive(archiveTo, { compress: live.compress, access: createL1Access(live.rollup) }),
      ).toMatchObject({
        end: { batch: 6, root: live.tree.root() },
      });
      await restored.close();
    }
  });
});

describe("an L1 node that is behind", () => {
  it("by queue entries alone shows fewer of them, until it has caught up", async () => {
    const before = await live.client.snapshot();
    const behind = await live.rollup.reader.getBlockNumber();
    await live.deposit(1, 5n);
    await live.client.mine({ blocks: 1 });
    const store = createMemoryStore();
    const amounts = async (options: Partial<RestoreFilesOptions> = {}) =>
      (await restore({ store, ...options })).restored.waiting().map(({ operation }) => operation);
    const deposit = [expect.objectContaining({ amount: 5n })];
    expect(await amounts()).toEqual(deposit);
    const lagging = lyingRollup(live.rollup, {
      getBlock: async (ask, query) =>
        query?.blockTag === "latest" ? live.rollup.reader.getBlock({ blockNumber: behind }) : ask(),
    });
    expect(await amounts({ rollup: lagging })).toEqual([]);
    expect(await amounts()).toEqual(deposit);
    await live.client.revert({ id: before });
  });
});

describe("a reorganisation of L1", () => {
  /** Back at the snapshot; the two batches after it are gone, and others follow. */
  async function reorganise(): Promise<void> {
    await live.client.revert({ id: snapshot });
    snapshot = await live.client.snapshot();
    live.forgetLast();
    live.forgetLast();
  }

  beforeEach(async () => {
    await reorganise();
    await live.publishSome(4);
    await live.deposit(3, 9n);
    await live.publishSome(5);
  });

  it("undoes the batches that are gone, in state and archive, and applies the new ones", async () => {
    const store = createMemoryStore();
    const archiveTo = join(temporaryFolder(), "archive");
    const before = await restore({ store, archiveTo });
    expect(before.position).toMatchObject({ batch: 6, root: live.tree.root() });
    await reorganise();
    await live.publishSome(7);
    await live.deposit(1, 77n);
    const after = await restore({ store, archiveTo });
    expect(after.position).toMatchObject({ batch: 5, root: live.tree.root() });
    expect(after.position.root).not.toBe(before.position.root);
    expect(after.restored.waiting()).toMatchObject([{ operation: { amount: 77n } }]);
    await live.publish();
    expect((await restore({ store })).restored.tree.root()).toBe(live.tree.root());
    expect(
      await verifyArchive(archiveTo, { compress: live.compress, access: createL1Access(live.rollup) }),
    ).toMatchObject({ end: { batch: 5 } });
  });

  it("of waiting queue entries alone is noticed", async () => {
    await reorganise();
    await live.deposit(1, 5n);
    const store = createMemoryStore();
    expect((await restore({ store })).restored.waiting()).toMatchObject([{ operation: { amount: 5n } }]);
    await live.client.revert({ id: snapshot });
    snapshot = await live.client.snapshot();
    await live.deposit(1, 6n);
    expect((await restore({ store })).restored.waiting()).toMatchObject([{ operation: { amount: 6n } }]);
    await live.publishSome(4);
    await live.publishSome(5);
  });

  it("below what counted as final is refused: some RPC lies", async () => {
    const path = join(temporaryFolder(), "archive");
    await archiveRollup(createL1Access(live.rollup), { path, compress: live.compress, head: "latest" });
    const store = createMemoryStore();
    await restore({ store, rollup: null, archives: [path] });
    const behind = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), batchCount: 3n } : answer;
      },
    });
    await expect(restore({ store, rollup: behind })).rejects.toMatchObject({
      code: "l1/unavailable",
      message: expect.stringContaining("behind"),
    });
    await reorganise();
    await live.publishSome(8);
    await live.publishSome(9);
    await expect(restore({ store })).rejects.toMatchObject({ code: "restore/history-changed", details: { batch: 5 } });
  });

  it("while L1 is being read restarts the reading", async () => {
    let isDone = false;
    const moving = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        if (isDone) return ask();
        isDone = true;
        const transaction = await ask();
        await reorganise();
        await live.publishSome(10);
        await live.publishSome(11);
        return transaction;
      },
    });
    const { restored } = await restore({ rollup: moving });
    expect(restored.tree.root()).toBe(live.tree.root());
  });
});
