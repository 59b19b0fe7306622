import {
  accountIndex,
  type BatchHeader,
  dataHash,
  encodeL1Operation,
  FIRST_ACCOUNT_INDEX,
  type L1Operation,
  MAX_ACCOUNTS,
  nextQueueHash,
  payoutsHash,
  tokenId,
} from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { builder, group, NOW, options, transfer, withdraw } from "../test/support.ts";
import { type BatchCheck, type BatchOnL1, followBatch, genesisPosition, replayBatch } from "./batch.ts";

const block = builder();
block.addGroup(group(transfer()));
block.addGroup(group(withdraw({ nonce: 6 })));
const sealed = block.seal();
const batch: BatchOnL1 = {
  number: 1,
  header: {
    slots: 16,
    firstBlock: 1n,
    lastBlock: 1n,
    timestamp: BigInt(NOW),
    oldRoot: 7n,
    newRoot: 8n,
    newNextIndex: sealed.newNextIndex,
    l1OperationCount: 0,
    payoutsHash: payoutsHash(16, sealed.payouts),
    txRoot: sealed.txRoot,
  },
  dataHash: dataHash(16, sealed.publishedBytes),
  publishedData: sealed.publishedBytes,
  l1Operations: [],
  queueHash: sealed.queueHashAfter,
};
const withHeader = (fields: Partial<BatchHeader>): BatchOnL1 => ({ ...batch, header: { ...batch.header, ...fields } });

describe("an accepted batch", () => {
  it("leads to the next position, and to what its block did", () => {
    expect(followBatch(genesisPosition(7n), batch)).toEqual({
      batch: 1,
      block: 1,
      timestamp: BigInt(NOW),
      root: 8n,
      nextIndex: sealed.newNextIndex,
      queuePosition: 0,
      queueHash: sealed.queueHashAfter,
    });
    const { updates, payouts, published } = replayBatch(options().state, batch);
    expect(updates).toEqual(sealed.updates);
    expect(payouts).toEqual(sealed.payouts);
    expect(published).toEqual(sealed.publishedData);
  });

  it.each<[string, BatchOnL1]>([
    ["nextIndex", withHeader({ newNextIndex: sealed.newNextIndex + 1 })],
    ["payoutsHash", withHeader({ payoutsHash: payoutsHash(16, []) })],
    ["l1Operations", withHeader({ l1OperationCount: 1 })],
  ])("is refused when its data does not do what its header claims: %s", (check, changed) => {
    expect(() => replayBatch(options().state, changed)).toThrow(
      expect.objectContaining({ code: "vm/batch-mismatch", details: { batch: 1, check } }),
    );
  });

  it("is refused when its data cannot be read, or not follow from the state", () => {
    const wrong = expect.objectContaining({ code: "vm/invalid-data" });
    const cut = { ...batch, publishedData: new Uint8Array(5000) };
    expect(() => replayBatch(options().state, cut)).toThrow(wrong);
    expect(() => replayBatch(options([]).state, batch)).toThrow(wrong);
  });

  const deposit = {
    type: "deposit",
    owner: 1n,
    tokenId: tokenId(0),
    amount: 1n,
    index: accountIndex(0),
    key: 0n,
  } as const;
  const tooMany = Array.from({ length: 5 }, () => deposit);
  const queueHashOf = (operations: readonly L1Operation[]) =>
    operations.reduce((hash, one) => nextQueueHash(hash, encodeL1Operation(one)), batch.queueHash);

  it.each<[BatchCheck, string, BatchOnL1]>([
    ["number", "skips a batch", { ...batch, number: 2 }],
    ["number", "repeats a batch", { ...batch, number: 0 }],
    ["block", "skips a block", withHeader({ firstBlock: 2n, lastBlock: 2n })],
    ["block", "has two blocks", withHeader({ lastBlock: 2n })],
    ["timestamp", "is older", withHeader({ timestamp: BigInt(NOW) - 1n })],
    ["oldRoot", "starts elsewhere", withHeader({ oldRoot: 6n })],
    ["nextIndex", "undoes an account", withHeader({ newNextIndex: FIRST_ACCOUNT_INDEX - 1 })],
    ["nextIndex", "overfills the tree", withHeader({ newNextIndex: MAX_ACCOUNTS + 1 })],
    ["l1Operations", "lacks a queue entry", withHeader({ l1OperationCount: 1 })],
    ["l1Operations", "holds a queue entry too many", { ...batch, l1Operations: [deposit] }],
    [
      "l1Operations",
      "exceeds the capacity",
      { ...withHeader({ l1OperationCount: 5 }), l1Operations: tooMany, queueHash: queueHashOf(tooMany) },
    ],
    [
      "dataHash",
      "has other data",
      { ...batch, publishedData: batch.publishedData.map((byte, i) => byte ^ (i === 0 ? 1 : 0)) },
    ],
    ["dataHash", "has too much data", { ...batch, publishedData: new Uint8Array(5000) }],
    ["queueHash", "has other entries", { ...withHeader({ l1OperationCount: 1 }), l1Operations: [deposit] }],
    ["queueHash", "leads to another queue", { ...batch, queueHash: queueHashOf([deposit]) }],
  ])("is refused by the check %s when it %s", (check, _, changed) => {
    const before = { ...genesisPosition(7n), timestamp: BigInt(NOW) };
    expect(() => followBatch(before, batch)).not.toThrow();
    expect(() => followBatch(before, changed)).toThrow(
      expect.objectContaining({ code: "vm/batch-mismatch", details: { batch: changed.number, check } }),
    );
  });

  it("leads to a position that its successor's queue entries continue", () => {
    const next = { ...withHeader({ l1OperationCount: 1 }), l1Operations: [deposit], queueHash: queueHashOf([deposit]) };
    expect(followBatch(genesisPosition(7n), next)).toMatchObject({ queuePosition: 1, queueHash: next.queueHash });
  });
});
