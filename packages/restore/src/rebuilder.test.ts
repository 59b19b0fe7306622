import { createHash } from "node:crypto";
import { createMemoryStore } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { arbitraryHistory, FAKE_CRYPTO, type History } from "@cairn/testkit";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { identityOf, publishedBatches, removeFolders, temporaryFolder } from "../test/published.ts";
import type { PublishedBatch } from "./published-batch.ts";
import { createRebuilder } from "./rebuilder.ts";
import { openRestoredState, type RestoredState } from "./restored-state.ts";

const { compress } = FAKE_CRYPTO;
afterEach(removeFolders);

const open = ({ domain }: Pick<History, "domain">): RestoredState =>
  openRestoredState({ store: createMemoryStore(), compress, identity: identityOf(domain) });

function expectSameState(restored: RestoredState, { tree, blocks, states }: History): void {
  expect(restored.tree.root()).toBe(tree.root());
  expect(restored.position()).toMatchObject({
    batch: blocks.length,
    root: tree.root(),
    nextIndex: tree.nextIndex(),
    queueHash: blocks.at(-1)?.block.queueHashAfter,
  });
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
        fc.infiniteStream(fc.boolean()),
        (history, hashNow) => {
          const restored = open(history);
          const rebuilder = createRebuilder(restored);
          for (const batch of publishedBatches(history)) {
            rebuilder.add(batch);
            if (hashNow.next().value) rebuilder.checkpoint("together");
          }
          rebuilder.checkpoint("together");
          expectSameState(restored, history);
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
        const batches = publishedBatches(history);
        for (const batch of batches) {
          rebuilder.add(batch);
          rebuilder.checkpoint("undoable");
        }
        history.blocks.forEach(({ block, newRoot }, i) => {
          const { payouts, header, dataHash } = restored.batch(i + 1);
          expect(payouts).toEqual(block.payouts);
          expect(header).toEqual(batches[i]?.header);
          expect(dataHash).toEqual(batches[i]?.dataHash);
          expect(header.newRoot).toBe(newRoot);
        });
        const target = cut % (batches.length + 1);
        restored.rollbackTo(target);
        expect(restored.position().batch).toBe(target);
        expect(() => restored.batch(target + 1)).toThrow(expect.objectContaining({ code: "restore/not-found" }));
        const again = createRebuilder(restored);
        for (const batch of batches.slice(target)) again.add(batch);
        again.checkpoint("together");
        expectSameState(restored, history);
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
    for (const batch of publishedBatches(history)) rebuilder.add(batch);
    rebuilder.checkpoint("together");
    await first.close();
    const again = openRestoredState({ store: createLmdbStore({ path }), compress, identity: null });
    expect(again.identity).toEqual(identity);
    expectSameState(again, history);
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
  /** Number of a batch that moves money between accounts. */
  let busy: number;

  beforeAll(() => {
    const found = fc
      .sample(arbitraryHistory({ maxBlocks: 8, flawedPercent: 0 }), { numRuns: 30, seed: 11 })
      .find(({ blocks }) => blocks.slice(1, -1).some(isBusy));
    if (found === undefined) expect.unreachable();
    history = found;
    batches = publishedBatches(history);
    busy = 1 + history.blocks.findIndex((block, i) => i > 0 && isBusy(block));
  });

  /** Whether it pays, publishes and consumes several queue entries. */
  function isBusy({ block }: History["blocks"][number]): boolean {
    const publishes = block.publishedBytes.some((byte) => byte !== 0);
    return publishes && block.payouts.length > 0 && block.l1OperationCount > 1;
  }

  /** The outcome of the history with one batch changed. */
  function replayWith(change: (batch: PublishedBatch) => PublishedBatch, kind: "all" | "each" = "all"): RestoredState {
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    for (const batch of batches) {
      rebuilder.add(batch.number === busy ? change(batch) : batch);
      if (kind === "each") rebuilder.checkpoint("undoable");
    }
    rebuilder.checkpoint("together");
    return restored;
  }

  const flipped = (bytes: Uint8Array, at = 0): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const withHeader = (fields: Partial<PublishedBatch["header"]>) => (batch: PublishedBatch) => ({
    ...batch,
    header: { ...batch.header, ...fields },
  });

  it.each<[string, string, (batch: PublishedBatch) => PublishedBatch]>([
    [
      "a flipped bit in the data",
      "dataHash",
      (batch) => ({ ...batch, publishedData: flipped(batch.publishedData, batch.publishedData.length - 1) }),
    ],
    ["more data than fits", "dataHash", (batch) => ({ ...batch, publishedData: new Uint8Array(429) })],
    ["another number", "number", (batch) => ({ ...batch, number: batch.number + 1 })],
    ["another block", "block", withHeader({ firstBlock: 99n })],
    ["two blocks", "block", withHeader({ lastBlock: 99n })],
    ["another root before", "oldRoot", withHeader({ oldRoot: 5n })],
    ["an older timestamp", "timestamp", withHeader({ timestamp: 1n })],
    ["another next index", "nextIndex", withHeader({ newNextIndex: 5000 })],
    ["a next index beyond the tree", "nextIndex", withHeader({ newNextIndex: 2 ** 24 + 1 })],
    ["another payouts hash", "payoutsHash", withHeader({ payoutsHash: new Uint8Array(32) })],
    ["another count of queue entries", "l1Operations", withHeader({ l1OperationCount: 0 })],
    ["a queue entry left out", "l1Operations", (batch) => ({ ...batch, l1Operations: batch.l1Operations.slice(1) })],
    ["swapped queue entries", "queueHash", (batch) => ({ ...batch, l1Operations: [...batch.l1Operations].reverse() })],
    ["another queue hash", "queueHash", (batch) => ({ ...batch, queueHash: flipped(batch.queueHash) })],
  ])("are refused: %s", (_, check, change) => {
    expect(() => replayWith(change)).toThrow(
      expect.objectContaining({ code: "restore/batch-mismatch", details: expect.objectContaining({ check }) }),
    );
  });

  it("are refused when left out", () => {
    const rebuilder = createRebuilder(open(history));
    expect(() => batches.filter(({ number }) => number !== busy).map((batch) => rebuilder.add(batch))).toThrow(
      expect.objectContaining({ code: "restore/batch-mismatch", details: { batch: busy + 1, check: "number" } }),
    );
  });

  it("are reported as a range when the root is wrong, and nothing is written", () => {
    const newRoot = 5n;
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    for (const batch of batches.slice(0, busy - 1)) rebuilder.add(batch);
    const wrong = batches[busy - 1];
    if (wrong === undefined) expect.unreachable();
    rebuilder.add({ ...wrong, header: { ...wrong.header, newRoot } });
    expect(() => rebuilder.checkpoint("together")).toThrow(
      expect.objectContaining({ code: "restore/root-mismatch", details: { firstBatch: 1, lastBatch: busy } }),
    );
    expect(restored.position().batch).toBe(0);
  });

  it("are reported individually when every batch is checked", () => {
    expect(() => replayWith(withHeader({ newRoot: 5n }), "each")).toThrow(
      expect.objectContaining({ code: "restore/root-mismatch", details: { firstBatch: busy, lastBatch: busy } }),
    );
  });

  it("are refused when they cannot follow from the state", () => {
    const restored = open(history);
    const rebuilder = createRebuilder(restored);
    const [first] = batches;
    if (first === undefined) expect.unreachable();
    const slots = first.header.slots;
    const publishedData = new Uint8Array(12 + 13 * slots);
    publishedData.set([0, 0, 200, 0, 0, 201], 12 + 13 * (slots - 1));
    const change = {
      publishedData,
      dataHash: Uint8Array.from(createHash("sha256").update(padded(publishedData)).digest()),
    };
    expect(() => rebuilder.add({ ...first, ...change })).toThrow(
      expect.objectContaining({ code: "restore/invalid-data", details: { batch: 1, firstUnchecked: 1 } }),
    );
  });

  function padded(bytes: Uint8Array): Uint8Array {
    const whole = new Uint8Array(428);
    whole.set(bytes);
    return whole;
  }
});
