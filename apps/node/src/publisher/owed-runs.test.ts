import { payArguments, rollupAbi, toHeaderStruct } from "@cairn/contracts";
import {
  type AcceptedBatch,
  type Db,
  insertAcceptedBatch,
  insertSettlement,
  leavePayouts,
  markBatchAccepted,
  type StoredL1Transaction,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { batchNumber, bytesToHex, payoutListHash } from "@cairn/protocol";
import { encodeFunctionData, toBytes } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutsOf, storeBatch, storeBlocks, storeLastProof } from "../../test/stored-blocks.ts";
import { calldataOf, headerOf, toPayout } from "../batches/content.ts";
import { type BatchCallInputs, payCall, payoutsAt } from "./batch-calls.ts";
import { isPaidByOthers, loadCallInputs, loadOwedRuns, placesOfCall } from "./payments.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);
const ROLLUP = "0x00000000000000000000000000000000000000ca";
/** Places of the second batch. */
const ALL = Array.from({ length: 24 }, (_, place) => place);

describe("payouts of batches of several blocks", () => {
  let db: Db;
  beforeAll(async () => {
    await databases.start();
    db = (await (await databases.create()).open()).db;
    // 4, 8 and 12 payouts in the second batch; the first owes none.
    await storeBlocks(db, [1, 2, 3, 4, 5], {
      payouts: (number) => (number === 1 ? [] : payoutsOf(number, 4 * (number - 1))),
      slotCount: 64,
    });
    for (const [firstBlock, lastBlock] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await storeBatch(db, firstBlock, lastBlock);
    await accept(1, 1);
    await accept(2, 2);
  });
  afterAll(() => databases.stop());

  const inputsOf = async (firstBlock: number): Promise<BatchCallInputs> => {
    const inputs = await loadCallInputs(db, firstBlock);
    if (inputs === null) throw new RangeError(`no batch of block ${firstBlock}`);
    return inputs;
  };
  /** Stores that L1 accepted a stored batch. */
  const accept = async (number: number, firstBlock: number): Promise<void> => {
    const inputs = await inputsOf(firstBlock);
    const { lastBlock, submitter, dataCommitment } = inputs.batch;
    const place = { l1Transaction: WORD, l1Block: 5, l1BlockHash: WORD };
    const accepted: AcceptedBatch = {
      number,
      firstBlock,
      lastBlock,
      submitter,
      header: headerOf(inputs, inputs.batch),
      dataCommitment,
      payoutsHash: payoutListHash(inputs.payouts.map(toPayout)),
      content: null,
      ...place,
      l1Timestamp: 1,
      isFromArchive: false,
    };
    await insertAcceptedBatch(db, accepted);
    await markBatchAccepted(db, firstBlock, { number, ...place, atMs: 1 });
  };
  const settle = (position: number) =>
    insertSettlement(db, { batch: 2, position, status: "paid", l1Transaction: WORD.with(0, 9), l1Block: 6 });

  it("are paid together, by their places in the batch's list", async () => {
    expect(await loadOwedRuns(db)).toEqual([{ batch: 2, first: 0, places: ALL }]);
    const inputs = await inputsOf(2);
    expect(inputs.blocks.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(inputs.payouts.length).toBe(24);
    expect(payoutsAt(inputs.payouts, [10, 11, 12]).map(({ blockNumber, position }) => [blockNumber, position])).toEqual(
      [
        [3, 6],
        [3, 7],
        [4, 0],
      ],
    );
  });

  it("leave out what burns gas, wherever it is", async () => {
    // The second payout of block 3 is the sixth of the batch.
    await leavePayouts(db, [{ blockNumber: 3, position: 1, gas: 250_000 }]);
    expect(await loadOwedRuns(db)).toEqual([{ batch: 2, first: 0, places: ALL.filter((place) => place !== 5) }]);
  });

  it("are paid by the header that L1 accepted, which another submitter may have chosen", async () => {
    const inputs = await inputsOf(2);
    if (inputs.accepted === null) throw new RangeError("not accepted");
    const accepted: AcceptedBatch = {
      ...inputs.accepted,
      header: { ...inputs.accepted.header, circuit: "pair" },
      dataCommitment: WORD.with(0, 7),
    };
    const call = payCall(ROLLUP, { ...inputs, accepted }, { first: 0, places: [4, 6] });
    const args = payArguments({
      batch: batchNumber(2),
      header: toHeaderStruct(accepted.header),
      dataCommitment: bytesToHex(accepted.dataCommitment),
      payouts: inputs.payouts.map(toPayout),
      places: [4, 6],
    });
    expect(call.data).toBe(encodeFunctionData({ abi: rollupAbi, functionName: "pay", args }));
    expect(call).toMatchObject({ purpose: "pay", subject: 2, content: "0" });
    expect(placesOfCall(toBytes(call.data))).toEqual([4, 6]);
    expect(calldataOf(inputs.blocks).commitment).toEqual(inputs.batch.dataCommitment);
  });

  it("count as paid by others when those of the transaction are, not those of the first block", async () => {
    const attempts: StoredL1Transaction["attempts"] = [];
    const { data } = payCall(ROLLUP, await inputsOf(2), { first: 0, places: [4, 6] });
    const sent = { subject: 2, data: toBytes(data), attempts } as unknown as StoredL1Transaction;
    for (const position of [0, 1, 2, 3]) await settle(position);
    expect(await isPaidByOthers(db, sent)).toBe(false);
    for (const position of [4, 6]) await settle(position);
    expect(await isPaidByOthers(db, sent)).toBe(true);
    expect(await loadOwedRuns(db)).toEqual([{ batch: 2, first: 0, places: ALL.slice(7) }]);
  });

  it("are owed only once L1 has accepted the batch", async () => {
    await storeLastProof(db, 5, WORD);
    expect((await loadOwedRuns(db)).map(({ batch }) => batch)).toEqual([2]);
    await accept(3, 5);
    expect((await loadOwedRuns(db)).map(({ batch }) => batch)).toEqual([2, 5]);
  });
});
