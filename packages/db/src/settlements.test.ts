import { blockNumber, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchProof, closedBatch, mergeProof, SEAL } from "../test/batches.ts";
import {
  insertBatch,
  insertOpenBlock,
  insertSettlement,
  listPayouts,
  markBatchAccepted,
  revokeSettlementsFrom,
  sealStoredBlock,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("payments on the %s engine", (engine) => {
  beforeAll(() => engines[engine].start());
  afterAll(() => engines[engine].stop());

  it("settle payouts of every block of a batch, by their places in the batch's list", async () => {
    const { db } = await (await engines[engine].create()).open();
    for (const number of [1, 2, 3, 4].map(blockNumber)) {
      await insertOpenBlock(db, {
        number,
        timestamp: 1,
        slotCount: 16,
        feeAccounts: [],
        firstQueueIndex: 0,
        l1OperationCount: 0,
        queueHashAfter: hash(0),
        openedAtMs: 1,
      });
      await sealStoredBlock(db, number, {
        seal: SEAL,
        payouts: [10n, 0n].map((amount) => ({ recipient: 5n, tokenId: tokenId(0), amount })),
        witness: hash(9),
      });
    }
    await insertBatch(db, closedBatch(1, 1), batchProof(1, 1));
    await insertBatch(db, closedBatch(2, 4), batchProof(2, 4, [mergeProof(2, 4)]));
    const settle = (position: number) =>
      insertSettlement(db, { batch: 2, position, status: "paid", l1Transaction: hash(7), l1Block: 30 + position });
    // L1 may show a payment before the batch is accepted here.
    await settle(4);
    const place = { l1Transaction: hash(5), l1Block: 20, l1BlockHash: hash(6), atMs: 9 };
    for (const [firstBlock, number] of [
      [1, 1],
      [2, 2],
    ] as const)
      await markBatchAccepted(db, firstBlock, { number, ...place });
    await settle(2);
    const owed = await listPayouts(db, { status: "owed", limit: 9 });
    expect(owed.map(({ blockNumber: block, position }) => [block, position])).toEqual([
      [2, 0],
      [1, 0],
    ]);
    expect((await listPayouts(db, { status: "paid", limit: 9 })).map(({ blockNumber: block }) => block)).toEqual([
      4, 3,
    ]);
    await revokeSettlementsFrom(db, 33);
    expect((await listPayouts(db, { status: "owed", limit: 9 })).map(({ blockNumber: block }) => block)).toEqual([
      4, 2, 1,
    ]);
  });
});
