import { join } from "node:path";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, type L1Rollup, rollupAt } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { removeFolders, temporaryFolder } from "../test/published.ts";
import { archiveRollup, verifyArchive } from "./archive-rollup.ts";
import { type RestoreFilesOptions, restoreFromFiles } from "./node/restore-files.ts";
import type { RestoredState } from "./restored-state.ts";

const noWait = async (): Promise<void> => {};
const first = accountIndex(FIRST_ACCOUNT_INDEX);
let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1, 2, 3]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (const position of [1, 2]) await live.deposit(position, 10n ** 9n, "token");
  for (let seed = 1; seed <= 10; seed++) await live.publishSome(seed);
  await live.publishTogether("pair", [(send) => send(first, { amount: 3n, recipient: 0xc0ffeen }), () => {}]);
  await live.deposit(4, 5n);
});
afterAll(() => live?.stop());
afterEach(removeFolders);

const restore = (rollup: L1Rollup | null, options: Partial<RestoreFilesOptions> = {}) =>
  restoreFromFiles({ store: createMemoryStore(), compress: live.compress, rollup, ...options });

function expectLiveState(restored: RestoredState): void {
  expect(restored.position()).toMatchObject({ batch: live.batches.length, root: live.tree.root(), queuePosition: 6 });
  expect(restored.tree.root()).toBe(live.tree.root());
  expect(restored.tree.nextIndex()).toBe(live.tree.nextIndex());
}

describe("a rollup on L1", () => {
  it("is restored from an RPC and an address alone, with all payouts and the waiting queue", async () => {
    const { restored, head, totals } = await restore(live.rollup);
    expectLiveState(restored);
    for (const { number, batch, dataCommitment } of live.batches) {
      const { header, payouts } = batch;
      expect(restored.batch(number)).toMatchObject({ header, dataCommitment, payouts });
    }
    expect(live.batches.some(({ batch }) => batch.payouts.length > 0)).toBe(true);
    const waiting = restored.waiting();
    expect(waiting).toMatchObject([{ position: 6, operation: { type: "deposit", amount: 5n } }]);
    expect(waiting[0]?.submitterFee).toBeGreaterThan(0n);
    expect(restored.end()).toMatchObject({ batch: live.batches.length, queueTail: 7, l1Block: head?.block });
    expect(totals).toMatchObject({ batches: live.batches.length, l1Operations: 6 });
  });

  it("is restored identically with every batch checked, few at a time, and with any checkpoints", async () => {
    for (const options of [
      { checkEveryBatch: true },
      { concurrency: 1 },
      { checkpoints: { batches: 2, accounts: 5, ms: 0 } },
      { limits: { first: 1, max: 1 } },
    ]) {
      expectLiveState((await restore(live.rollup, options)).restored);
    }
  });

  it("reports its progress", async () => {
    let clock = 0;
    const seen: number[] = [];
    const now = (): number => {
      clock += 400;
      return clock;
    };
    const onProgress: RestoreFilesOptions["onProgress"] = ({
      batch,
      batchCount,
      source,
      transactionsPerSecond,
      etaSeconds,
    }) => {
      expect([batchCount, source]).toEqual([live.batches.length, "l1"]);
      expect(transactionsPerSecond).toBeGreaterThanOrEqual(0);
      expect(etaSeconds).toBeGreaterThanOrEqual(0);
      seen.push(batch);
    };
    await restore(live.rollup, { onProgress, now });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(live.batches.length);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it("is followed when more batches come, reading only those", async () => {
    const store = createMemoryStore();
    await restore(live.rollup, { store });
    await live.publishSome(11);
    await live.deposit(5, 7n);
    let fetched = 0;
    const counting = lyingRollup(live.rollup, {
      getTransaction: (ask) => {
        fetched++;
        return ask();
      },
    });
    const { restored } = await restore(counting, { store });
    expect(fetched).toBe(1);
    expect(restored.position().root).toBe(live.tree.root());
    expect(restored.waiting()).toMatchObject([{ position: 7, operation: { amount: 7n } }]);
    await live.publish();
  });
});

describe("a flaky L1 node", () => {
  const root = async (rollup: L1Rollup, options: Partial<RestoreFilesOptions> = {}): Promise<bigint> =>
    (await restore(rollup, options)).restored.tree.root();

  it("may refuse wide ranges of events", async () => {
    const widths: number[] = [];
    const strict = lyingRollup(live.rollup, {
      getLogs: async (ask, { fromBlock, toBlock }) => {
        const width = Number(toBlock) - Number(fromBlock) + 1;
        widths.push(width);
        if (width > 3) throw new RangeError("query returned more than 3 blocks");
        return ask();
      },
    });
    expect(await root(strict)).toBe(live.tree.root());
    expect(Math.max(...widths.slice(-4))).toBeLessThanOrEqual(6);
  });

  it("may fail now and then", async () => {
    let calls = 0;
    const shaky = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        calls++;
        if (calls % 3 === 1) throw new RangeError("502 Bad Gateway");
        return ask();
      },
    });
    expect(await root(shaky)).toBe(live.tree.root());
  });

  it("may have pruned old states", async () => {
    const pruned = lyingRollup(live.rollup, {
      getCode: async (ask, { blockNumber }) => {
        if (Number(blockNumber) < Number(await live.rollup.reader.getBlockNumber()))
          throw new RangeError("missing trie node");
        return ask();
      },
    });
    expect(await root(pruned)).toBe(live.tree.root());
  });

  it("is asked for a limited number of transactions at a time", async () => {
    let [open, most] = [0, 0];
    const counting = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        open++;
        most = Math.max(most, open);
        const answer = await ask();
        open--;
        return answer;
      },
    });
    expect(await root(counting, { concurrency: 3 })).toBe(live.tree.root());
    expect(most).toBe(3);
  });

  it("is eventually given up", async () => {
    const dead = lyingRollup(live.rollup, {
      getTransaction: async () => {
        throw new RangeError("connection refused");
      },
    });
    const access = createL1Access(dead, { sleep: noWait });
    await expect(
      archiveRollup(access, { path: join(temporaryFolder(), "a"), compress: live.compress, head: "latest" }),
    ).rejects.toMatchObject({ code: "l1/unavailable" });
  });

  it("must have a rollup at the address", async () => {
    const nobody = rollupAt(live.rollup.reader, "0x00000000000000000000000000000000000c0ffe");
    await expect(restore(nobody)).rejects.toMatchObject({ code: "l1/not-a-rollup" });
    const token = rollupAt(live.rollup.reader, live.token.address);
    await expect(restore(token)).rejects.toMatchObject({ code: "l1/not-a-rollup" });
  });

  it("must have a rollup of this version", async () => {
    const later = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => (functionName === "version" ? 3n : ask()),
    });
    await expect(restore(later)).rejects.toMatchObject({ code: "restore/unsupported-rollup" });
  });
});

describe("archives and L1", () => {
  const access = () => createL1Access(live.rollup);
  const archive = async (): Promise<string> => {
    const path = join(temporaryFolder(), "archive");
    await archiveRollup(access(), { path, compress: live.compress, head: "latest" });
    return path;
  };

  it("an archive from L1 restores the state where the calldata is gone", async () => {
    const path = await archive();
    const pruned = lyingRollup(live.rollup, {
      getTransaction: async () => {
        throw new RangeError("history is pruned");
      },
    });
    const { restored, head } = await restore(pruned, { archives: [path] });
    expect(restored.tree.root()).toBe(live.tree.root());
    expect(head).not.toBeNull();
    expect((await restore(null, { archives: [path] })).restored.tree.root()).toBe(live.tree.root());
  });

  it("batches after the archive are read from L1 and added to the archive", async () => {
    const path = await archive();
    const before = await verifyArchive(path, { compress: live.compress, access: access() });
    expect(before).toMatchObject({ start: { batch: 0 }, end: { batch: live.batches.length, root: live.tree.root() } });
    await live.publishSome(12);
    expect((await restore(live.rollup, { archives: [path] })).restored.tree.root()).toBe(live.tree.root());
    await archiveRollup(access(), { path, compress: live.compress, head: "latest" });
    expect((await verifyArchive(path, { compress: live.compress, access: access() })).end).toMatchObject({
      batch: live.batches.length,
      root: live.tree.root(),
    });
  });

  it("an archive that L1 did not commit to is refused, however consistent it is", async () => {
    const twin = await startUnprovenRollup();
    try {
      await twin.deposit(0, 10n ** 18n);
      await twin.publish();
      const path = join(temporaryFolder(), "twin");
      await archiveRollup(createL1Access(twin.rollup), { path, compress: live.compress, head: "latest" });
      // The same address on the same chain: only the history differs.
      expect(twin.rollup.address).toBe(live.rollup.address);
      await expect(restore(live.rollup, { archives: [path] })).rejects.toMatchObject({
        code: "restore/batch-mismatch",
        details: { batch: 1, check: "commitment" },
      });
      await expect(verifyArchive(path, { compress: live.compress, access: access() })).rejects.toMatchObject({
        code: "restore/batch-mismatch",
      });
    } finally {
      await twin.stop();
    }
  });
});
