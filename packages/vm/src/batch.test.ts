import { type BatchHeader, dataHash, payoutsHash } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { builder, group, NOW, options, transfer, withdraw } from "../test/support.ts";
import { type BatchOnL1, followBatch, genesisPosition, replayBatch } from "./batch.ts";

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

  it("is refused when it does not follow its predecessor", () => {
    const other = expect.objectContaining({ code: "vm/batch-mismatch", details: { batch: 1, check: "oldRoot" } });
    expect(() => followBatch(genesisPosition(6n), batch)).toThrow(other);
  });
});
