import { blockNumber } from "@cairn/protocol";
import { createMemoryStore, type KeyValueStore } from "@cairn/state";
import { FAKE_CRYPTO } from "@cairn/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { identityOf } from "../test/published.ts";
import { openRestoredState, type RestoredState } from "./restored-state.ts";
import { type BatchRecord, batchChanges, identityKey, unfinishedChange } from "./stored-records.ts";

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
      circuit: "batch",
      dataSource: "blob",
      firstBlock: BigInt(firstBlock),
      lastBlock: BigInt(lastBlock),
      firstTimestamp: BigInt(100 * firstBlock),
      lastTimestamp: BigInt(100 * lastBlock),
      oldRoot: restored.tree.root(),
      newRoot: restored.tree.root(),
      newNextIndex: restored.tree.nextIndex(),
      newHistory: 4n,
      blocksRoot: 3n,
    },
    dataCommitment: word(1),
    chains: { data: 1n, l1: 2n, payouts: 3n, blocks: BigInt(number) },
    queuePosition: 10 * number,
    queueHash: word(2),
    origin: {
      l1Block: 100 + number,
      l1BlockHash: word(4),
      transactionHash: word(3),
      l1Timestamp: 100 * lastBlock,
      resumeBlock: 90 + number,
      submitter: 5n,
    },
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
    expect(restored.position().chains).toEqual({ data: 1n, l1: 2n, payouts: 3n, blocks: 3n });
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

  it("undoes blocks of a batch that a crash left unfinished", () => {
    const { tree } = restored;
    for (const block of [7, 8]) {
      tree.applyBlock(blockNumber(block), new Map(), tree.nextIndex(), { records: [unfinishedChange(6)] });
    }
    restored = open();
    expect([restored.position().batch, restored.tree.blockNumber()]).toEqual([3, 6]);
    add(4, 7, 8);
    expect(open().position()).toMatchObject({ batch: 4, block: 8 });
  });

  it("is refused in a store of an older version", () => {
    store.write([{ key: identityKey(), value: Uint8Array.of(1, ...new Uint8Array(31)) }]);
    expect(open).toThrow(expect.objectContaining({ code: "restore/foreign-state" }));
  });
});
