import {
  type Db,
  findBatch,
  insertBatch,
  insertSettlement,
  leavePayouts,
  markBatchAccepted,
  type StoredL1Transaction,
  storeProof,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, storeBlocks } from "../../test/stored-blocks.ts";
import { payoutsOfRun, runOfContent } from "./batch-calls.ts";
import { isRunPaidByOthers, loadCallInputs, loadOwedRuns } from "./payments.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);

describe("payouts of batches of several blocks", () => {
  let db: Db;
  beforeAll(async () => {
    await databases.start();
    db = (await (await databases.create()).open()).db;
    // 4, 8 and 12 payouts in the second batch; the first owes none.
    await storeBlocks(db, [1, 2, 3, 4, 5], {
      payouts: (number) => (number === 1 ? [] : payoutsOf(number, 4 * (number - 1))),
    });
    for (const [firstBlock, lastBlock] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await insertBatch(db, { firstBlock, lastBlock, circuitType: 3, publicInput: 1n, closedAtMs: 1 });
    for (const [number, firstBlock] of [
      [1, 1],
      [2, 2],
    ] as const)
      await markBatchAccepted(db, firstBlock, { number, l1Transaction: WORD, l1Block: 5, l1BlockHash: WORD, atMs: 1 });
  });
  afterAll(() => databases.stop());

  const settle = (position: number) =>
    insertSettlement(db, { batch: 2, position, status: "paid", l1Transaction: WORD.with(0, 9), l1Block: 6 });

  it("are paid together, by their places in the batch's list", async () => {
    expect(await loadOwedRuns(db)).toEqual([{ batch: 2, first: 0, count: 56 }]);
    const inputs = await loadCallInputs(db, 2);
    expect(inputs?.blocks.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(inputs?.payouts.length).toBe(24);
    const run = payoutsOfRun(inputs?.payouts ?? [], { first: 10, count: 3 });
    expect(run.map(({ blockNumber, position }) => [blockNumber, position])).toEqual([
      [3, 6],
      [3, 7],
      [4, 0],
    ]);
  });

  it("leave out what burns gas, wherever it is", async () => {
    // The second payout of block 3 is the sixth of the batch.
    await leavePayouts(db, [{ blockNumber: 3, position: 1, gas: 250_000 }]);
    expect(await loadOwedRuns(db)).toEqual([
      { batch: 2, first: 0, count: 5 },
      { batch: 2, first: 6, count: 50 },
    ]);
  });

  it("count as paid by others when those of the run are, not those of the first block", async () => {
    const attempts: StoredL1Transaction["attempts"] = [];
    const sent = { subject: 2, content: "4+3", attempts } as unknown as StoredL1Transaction;
    expect(runOfContent(sent.content)).toEqual({ first: 4, count: 3 });
    for (const position of [0, 1, 2, 3]) await settle(position);
    expect(await isRunPaidByOthers(db, sent)).toBe(false);
    for (const position of [4, 5, 6]) await settle(position);
    expect(await isRunPaidByOthers(db, sent)).toBe(true);
    expect(await loadOwedRuns(db)).toEqual([{ batch: 2, first: 0, count: 56 }]);
  });

  it("are owed only once L1 has accepted the batch", async () => {
    const { proofId } = (await findBatch(db, 5)) ?? {};
    await storeProof(db, proofId ?? 0, { proof: WORD, details: {}, atMs: 1 });
    expect((await loadOwedRuns(db)).map(({ batch }) => batch)).toEqual([2]);
    await markBatchAccepted(db, 5, { number: 3, l1Transaction: WORD, l1Block: 7, l1BlockHash: WORD, atMs: 1 });
    expect((await loadOwedRuns(db)).map(({ batch }) => batch)).toEqual([2, 5]);
  });
});
