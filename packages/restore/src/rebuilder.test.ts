import { accountIndex, encodeBlockCells, float16, float40, payoutListHash, readBatchCells } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { withHashes } from "../test/forged.ts";
import {
  GENESIS,
  identityOf,
  positionAfterAll,
  publishedBatches,
  removeFolders,
  temporaryFolder,
  withCells,
} from "../test/published.ts";
import type { PublishedBatch } from "./published-batch.ts";
import { createRebuilder } from "./rebuilder.ts";
import { openRestoredState, type RestoredState } from "./restored-state.ts";

const { compress } = FAKE_CRYPTO;
/** Batches of one and of several blocks, in calldata and in blobs. */
const MIXED = { blockCounts: [2, 1, 3], dataSources: ["calldata", "blob"] } as const;
afterEach(removeFolders);

const open = ({ domain }: Pick<History, "domain">): RestoredState =>
  openRestoredState({ store: createMemoryStore(), compress, identity: identityOf(domain) });

function expectSameState(restored: RestoredState, { tree, states }: History, batches: readonly PublishedBatch[]): void {
  expect(restored.tree.root()).toBe(tree.root());
  expect(restored.position()).toEqual(positionAfterAll(batches));
  for (const [index, account] of states.at(-1)?.accounts ?? []) {
    expect(restored.tree.getAccount(index)).toEqual(account);
    expect(restored.tree.findByOwner(account.owner)).toContain(index);
  }
}

describe("a rebuilt state", () => {
  it("equals the published one, whenever it is hashed", () => {
    fc.assert(
      fc.property(
        arbitraryHistory({ maxBlocks: 8, sizes: [16, 16, 64] }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        (history, blockCounts, hashNow) => {
          const restored = open(history);
          const rebuilder = createRebuilder(restored);
          const batches = publishedBatches(history, { ...MIXED, blockCounts });
          for (const batch of batches) {
            rebuilder.add(batch);
            if (hashNow.next().value) rebuilder.checkpoint("together");
          }
          rebuilder.checkpoint("together");
          expectSameState(restored, history, batches);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps every batch with its payouts, and the way back to it", () => {
    fc.assert(
      fc.property(arbitraryHistory({ maxBlocks: 6 }), fc.nat(), (history, cut) => {
        const restored = open(history);
        const rebuilder = createRebuilder(restored);
        const batches = publishedBatches(history, MIXED);
        for (const batch of batches) {
          rebuilder.add(batch);
          rebuilder.checkpoint("undoable");
        }
        for (const { number, header, dataCommitment, payouts } of batches) {
          expect(restored.batch(number)).toMatchObject({ header, dataCommitment, payouts });
        }
        expect(batches.flatMap(({ payouts }) => payouts)).toEqual(history.blocks.flatMap(({ block }) => block.payouts));
        const target = cut % (batches.length + 1);
        restored.rollbackTo(target);
        expect(restored.position()).toEqual(positionAfterAll(batches.slice(0, target)));
        expect(() => restored.batch(target + 1)).toThrow(expect.objectContaining({ code: "restore/not-found" }));
        const again = createRebuilder(restored);
        for (const batch of batches.slice(target)) again.add(batch);
        again.checkpoint("together");
        expectSameState(restored, history, batches);
      }),
      { numRuns: 30 },
    );
  });

  it("does not count batches that replaced undone ones as compared with L1", () => {
    const [history] = fc
      .sample(arbitraryHistory({ maxBlocks: 6 }), { numRuns: 20, seed: 4 })
      .filter(({ blocks }) => blocks.length > 2);
    if (history === undefined) expect.unreachable();
    const restored = open(history);
    const batches = publishedBatches(history);
    const add = (list: readonly PublishedBatch[]): void => {
      const rebuilder = createRebuilder(restored);
      for (const batch of list) {
        rebuilder.add(batch);
        rebuilder.checkpoint("undoable");
      }
    };
    add(batches);
    const { batch, queuePosition } = restored.position();
    const end = {
      batch,
      queueTail: queuePosition,
      l1Block: 9,
      l1BlockHash: new Uint8Array(32).fill(9),
      l1Timestamp: 7,
    };
    expect(restored.compared()).toBeNull();
    restored.finish(end, []);
    expect(restored.compared()).toMatchObject({ batch, l1Block: 9 });
    expect(restored.end()).toEqual(end);
    restored.rollbackTo(batch - 2);
    add(batches.slice(-2));
    expect(restored.compared()).toMatchObject({ batch: batch - 2 });
    expect(restored.end()).toBeNull();
    restored.finish(end, []);
    expect(restored.end()).toEqual(end);
  });

  it("is found again in its store", async () => {
    const [history] = fc.sample(arbitraryHistory({ maxBlocks: 8 }), { numRuns: 1, seed: 3 });
    if (history === undefined) expect.unreachable();
    const path = temporaryFolder();
    const identity = identityOf(history.domain);
    const first = openRestoredState({ store: createLmdbStore({ path }), compress, identity });
    const rebuilder = createRebuilder(first);
    const batches = publishedBatches(history, MIXED);
    for (const batch of batches) rebuilder.add(batch);
    rebuilder.checkpoint("together");
    await first.close();
    const again = openRestoredState({ store: createLmdbStore({ path }), compress, identity: null });
    expect(again.identity).toEqual(identity);
    expectSameState(again, history, batches);
    await again.close();
    const store = createLmdbStore({ path });
    const foreign = { ...identity, rollup: identity.rollup + 1n };
    expect(() => openRestoredState({ store, compress, identity: foreign })).toThrow(
      expect.objectContaining({ code: "restore/foreign-state" }),
    );
    await store.close();
  });
});

describe("batches that were tampered with", () => {
  let history: History;
  let batches: PublishedBatch[];
  /** Number of a batch of two blocks that moves money between accounts. */
  const BUSY = 2;

  beforeAll(() => {
    const found = fc
      .sample(arbitraryHistory({ maxBlocks: 8, flawedPercent: 0 }), { numRuns: 40, seed: 11 })
      .find(({ blocks }) => blocks.length > 5 && blocks.slice(1, 3).every(isBusy));
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history, { blockCounts: [1, 2] });
  });

  /** Whether it pays, publishes and consumes several queue entries. */
  function isBusy({ block }: History["blocks"][number]): boolean {
    const publishes = block.data.slots.some(({ type }) => type !== "nothing");
    return publishes && block.payouts.length > 0 && block.data.l1Count > 1;
  }

  /** The outcome of the history with one batch changed. */
  function replayWith(change: (batch: PublishedBatch) => PublishedBatch, kind: "all" | "each" = "all"): RestoredState {
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    for (const batch of batches) {
      rebuilder.add(batch.number === BUSY ? change(batch) : batch);
      if (kind === "each") rebuilder.checkpoint("undoable");
    }
    rebuilder.checkpoint("together");
    return restored;
  }

  const withHeader = (fields: Partial<PublishedBatch["header"]>) => (batch: PublishedBatch) => ({
    ...batch,
    header: { ...batch.header, ...fields },
  });

  it.each<[string, string, (batch: PublishedBatch) => PublishedBatch]>([
    [
      "a flipped bit in the data",
      "dataCommitment",
      (batch) => ({ ...batch, cells: [(batch.cells[0] ?? 0n) ^ 1n, ...batch.cells.slice(1)] }),
    ],
    ["more data than fits", "cells", (batch) => ({ ...batch, cells: new Array(4096).fill(1n) })],
    ["another data commitment", "dataCommitment", (batch) => ({ ...batch, dataCommitment: new Uint8Array(32) })],
    ["another number", "number", (batch) => ({ ...batch, number: batch.number + 1 })],
    ["another block", "block", withHeader({ firstBlock: 99n })],
    ["65 blocks", "block", withHeader({ lastBlock: 66n })],
    ["a block more than its cells", "cells", withHeader({ lastBlock: 4n })],
    ["another root before", "oldRoot", withHeader({ oldRoot: 5n })],
    ["another first timestamp", "timestamp", withHeader({ firstTimestamp: 1n })],
    ["another last timestamp", "timestamp", withHeader({ lastTimestamp: 1n })],
    ["a next index beyond the tree", "nextIndex", withHeader({ newNextIndex: 2 ** 24 + 1 })],
    ["a next index that its blocks do not lead to", "nextIndex", withHeader({ newNextIndex: 5000 })],
    ["another payouts hash", "payoutsHash", (batch) => ({ ...batch, payoutsHash: new Uint8Array(32) })],
    [
      "other payouts",
      "history",
      (batch) => {
        const payouts = [...batch.payouts].reverse();
        return { ...batch, payouts, payoutsHash: payoutListHash(payouts) };
      },
    ],
    ["a queue entry left out", "l1Operations", (batch) => ({ ...batch, l1Operations: batch.l1Operations.slice(1) })],
    ["swapped queue entries", "history", (batch) => ({ ...batch, l1Operations: [...batch.l1Operations].reverse() })],
    ["another history", "history", withHeader({ newHistory: 5n })],
    ["another blocks root", "blocksRoot", withHeader({ blocksRoot: 5n })],
  ])("are refused: %s", (_, check, change) => {
    expect(() => replayWith(change)).toThrow(
      expect.objectContaining({ code: "restore/batch-mismatch", details: expect.objectContaining({ check }) }),
    );
  });

  it("are refused when left out", () => {
    const rebuilder = createRebuilder(open(history));
    expect(() => batches.filter(({ number }) => number !== BUSY).map((batch) => rebuilder.add(batch))).toThrow(
      expect.objectContaining({ code: "restore/batch-mismatch", details: { batch: BUSY + 1, check: "number" } }),
    );
  });

  it("are reported as a range when the root is wrong, and nothing is written", () => {
    const newRoot = 5n;
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    for (const batch of batches.slice(0, BUSY - 1)) rebuilder.add(batch);
    const wrong = batches[BUSY - 1];
    if (wrong === undefined) expect.unreachable();
    rebuilder.add({ ...wrong, header: { ...wrong.header, newRoot } });
    expect(() => rebuilder.checkpoint("together")).toThrow(
      expect.objectContaining({ code: "restore/root-mismatch", details: { firstBatch: 1, lastBatch: BUSY } }),
    );
    expect(restored.position().batch).toBe(0);
  });

  it("are reported individually when every batch is checked, and no block of them stays", () => {
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    for (const batch of batches.slice(0, BUSY)) {
      rebuilder.add(batch.number === BUSY ? withHeader({ newRoot: 5n })(batch) : batch);
      if (batch.number < BUSY) rebuilder.checkpoint("undoable");
    }
    expect(() => rebuilder.checkpoint("undoable")).toThrow(
      expect.objectContaining({ code: "restore/root-mismatch", details: { firstBatch: BUSY, lastBatch: BUSY } }),
    );
    expect(restored.position()).toEqual(positionAfterAll(batches.slice(0, BUSY - 1)));
    expect(restored.tree.root()).toBe(batches[BUSY - 1]?.header.oldRoot);
    const again = createRebuilder(restored);
    for (const batch of batches.slice(BUSY - 1)) again.add(batch);
    again.checkpoint("together");
    expectSameState(restored, history, batches);
  });

  it("are refused when they cannot follow from the state", () => {
    const rebuilder = createRebuilder(open(history));
    const [first] = batches;
    if (first === undefined) expect.unreachable();
    const [block] = readBatchCells(first.cells, 1);
    if (block === undefined) expect.unreachable();
    const { data } = block;
    const stranger = {
      type: "transfer",
      from: accountIndex(200),
      to: accountIndex(201),
      amount: float40(0),
      fee: float16(0),
    } as const;
    const cells = encodeBlockCells({ ...data, slots: [...data.slots.slice(0, -1), stranger] });
    const lying = withHashes(withCells(first, cells), GENESIS, compress);
    expect(() => rebuilder.add(lying)).toThrow(
      expect.objectContaining({ code: "restore/invalid-data", details: { batch: 1, firstUnchecked: 1 } }),
    );
  });
});
