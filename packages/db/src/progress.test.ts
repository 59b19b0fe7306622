import { blockNumber, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchProof, closedBatch, SEAL } from "../test/batches.ts";
import {
  type Database,
  insertBatch,
  insertL1Transaction,
  insertOpenBlock,
  markBatchAccepted,
  readProgress,
  sealStoredBlock,
  storeProof,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const NOTHING = { count: 0, oldestAtMs: null };
const word = new Uint8Array(32);
const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("progress on the %s engine", (engine) => {
  let database: Database;
  beforeAll(async () => {
    await engines[engine].start();
    database = await (await engines[engine].create()).open();
  });
  afterAll(() => engines[engine].stop());

  async function seal(number: number): Promise<void> {
    const { db } = database;
    await insertOpenBlock(db, {
      number: blockNumber(number),
      timestamp: 1,
      slotCount: 16,
      feeAccounts: [],
      firstQueueIndex: 0,
      l1OperationCount: 0,
      queueHashAfter: word,
      openedAtMs: 0,
    });
    await sealStoredBlock(db, blockNumber(number), {
      seal: { ...SEAL, sealedAtMs: 1000 * number },
      payouts: [{ recipient: 5n, tokenId: tokenId(0), amount: 1n }],
      witness: Uint8Array.of(1),
    });
    const batch = { ...closedBatch(number, number), closedAtMs: 1000 * number };
    await insertBatch(db, batch, batchProof(number, number));
  }

  it("is empty at first, then says what is waiting for a proof, L1 or payment, and since when", async () => {
    const { db } = database;
    expect(await readProgress(db)).toEqual({
      batches: NOTHING,
      proofs: NOTHING,
      acceptances: NOTHING,
      l1Transactions: NOTHING,
      payouts: NOTHING,
    });
    for (const number of [1, 2, 3]) await seal(number);
    await storeProof(db, 1, { proof: word, details: {}, atMs: 1 });
    const attempt = {
      kind: "call" as const,
      hash: word,
      raw: word,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      createdAtMs: 1,
      sentAtMs: null,
    };
    const call = {
      purpose: "submitBatch",
      subject: 1,
      sender: 1n,
      nonce: 0,
      recipient: 2n,
      content: "0x",
      gasLimit: 1,
    } as const;
    await insertL1Transaction(db, { ...call, data: word }, attempt, 7000);
    expect(await readProgress(db)).toEqual({
      batches: NOTHING,
      proofs: { count: 2, oldestAtMs: 2000 },
      acceptances: { count: 3, oldestAtMs: 1000 },
      l1Transactions: { count: 1, oldestAtMs: 7000 },
      payouts: NOTHING,
    });
    const acceptance = { number: 1, l1Transaction: word, l1Block: 1, l1BlockHash: word };
    await markBatchAccepted(db, 1, { ...acceptance, atMs: 9000 });
    expect(await readProgress(db)).toMatchObject({
      acceptances: { count: 2, oldestAtMs: 2000 },
      payouts: { count: 1, oldestAtMs: 9000 },
    });
  });
});
