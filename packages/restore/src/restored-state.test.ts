import { blockNumber } from "@cairn/protocol";
import { createMemoryStore, type KeyValueStore } from "@cairn/state";
import { FAKE_CRYPTO } from "@cairn/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { identityOf } from "../test/published.ts";
import { openRestoredState, type RestoredState } from "./restored-state.ts";
import { type BatchRecord, batchChanges, batchEndKey } from "./stored-records.ts";

const { compress } = FAKE_CRYPTO;
const word = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

describe("a state restored from batches of several blocks", () => {
  let store: KeyValueStore;
  let restored: RestoredState;

  const open = (): RestoredState =>
    openRestoredState({ store, compress, identity: identityOf({ chainId: 31337n, rollup: 5n }) });

  const recordOf = (number: number, firstBlock: number, lastBlock: number): BatchRecord => ({
    number,
    header: {
      slots: 16,
      firstBlock: BigInt(firstBlock),
      lastBlock: BigInt(lastBlock),
      timestamp: BigInt(100 * lastBlock),
      oldRoot: restored.tree.root(),
      newRoot: restored.tree.root(),
      newNextIndex: restored.tree.nextIndex(),
      l1OperationCount: 0,
      payoutsHash: word(0),
      txRoot: 3n,
    },
    dataHash: word(1),
    queuePosition: 10 * number,
    queueHash: word(2),
    origin: { l1Block: 100 + number, transactionHash: word(3), resumeBlock: 90 + number },
    payouts: [],
  });

  /** Adds a batch whose blocks change nothing, each of which can be undone. */
  const add = (number: number, firstBlock: number, lastBlock: number): void => {
    const { tree } = restored;
    for (let block = firstBlock; block <= lastBlock; block++) {
      const records = block === lastBlock ? batchChanges(recordOf(number, firstBlock, lastBlock)) : [];
      tree.applyBlock(blockNumber(block), new Map(), tree.nextIndex(), { records });
    }
  };
  const end = (batch: number) => ({ batch, queueTail: 40, l1Block: 9, l1BlockHash: word(9), l1Timestamp: 7 });

  beforeEach(() => {
    store = createMemoryStore();
    restored = open();
    add(1, 1, 3);
    add(2, 4, 5);
    add(3, 6, 6);
  });

  it("counts batches and blocks apart", () => {
    expect(restored.position()).toMatchObject({ batch: 3, block: 6, timestamp: 600n, queuePosition: 30 });
    expect([1, 2, 3].map((number) => restored.lastBlockOf(number))).toEqual([3, 5, 6]);
    expect(restored.batch(2).header).toMatchObject({ firstBlock: 4n, lastBlock: 5n });
    expect(() => restored.batch(4)).toThrow(expect.objectContaining({ code: "restore/not-found" }));
    expect(open().position()).toEqual(restored.position());
  });

  it("knows whether it reached the end, by the number of the batch", () => {
    expect(restored.end()).toBeNull();
    restored.finish(end(3), []);
    expect(restored.end()).toEqual(end(3));
    add(4, 7, 8);
    expect(restored.end()).toBeNull();
  });

  it("goes back to the last block of a batch, and on with other batches from there", () => {
    restored.rollbackTo(2);
    expect([restored.position().batch, restored.tree.blockNumber()]).toEqual([2, 5]);
    restored.rollbackTo(1);
    expect([restored.position().batch, restored.tree.blockNumber()]).toEqual([1, 3]);
    expect(() => restored.batch(2)).toThrow(expect.objectContaining({ code: "restore/not-found" }));
    add(2, 4, 6);
    expect(restored.position()).toMatchObject({ batch: 2, block: 6 });
    restored.rollbackTo(0);
    expect([restored.position().batch, restored.tree.blockNumber()]).toEqual([0, 0]);
  });

  it("is refused when it stands between two batches", () => {
    restored.tree.applyBlock(blockNumber(7), new Map(), restored.tree.nextIndex());
    expect(open).toThrow(expect.objectContaining({ code: "restore/foreign-state" }));
  });

  it("is found in a store of an older version, which had a block for each batch", () => {
    store = createMemoryStore();
    restored = open();
    for (const number of [1, 2]) add(number, number, number);
    store.write([1, 2].map((block) => ({ key: batchEndKey(block), value: null })));
    expect(open().position()).toMatchObject({ batch: 2, block: 2 });
  });
});
