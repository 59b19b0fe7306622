import { accountIndex, batchNumber, blockNumber, type L1Operation, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchProof, closedBatch } from "../test/batches.ts";
import { emptyTables } from "../test/empty-tables.ts";
import { receivedTransfer } from "../test/stored-transactions.ts";
import {
  acquireNodeLock,
  addTransactionEvents,
  type BlockOpening,
  type BlockSeal,
  bindChain,
  countBlocks,
  countLeftPayouts,
  type Database,
  deleteBlocksFrom,
  deleteQueueEntriesFrom,
  findBatch,
  findBlock,
  findChain,
  findForkedBlock,
  findL1Transaction,
  findLastQueueEntry,
  findLastSealedBlock,
  findTransaction,
  findWitness,
  insertBatch,
  insertL1Attempt,
  insertL1Transaction,
  insertOpenBlock,
  insertQueueEntries,
  insertSettlement,
  lastSequence,
  leavePayouts,
  listPayouts,
  listRejectedProofs,
  listTransactionEvents,
  loadBatchesOwing,
  loadBlockTransactions,
  loadEnqueueTimes,
  loadLiveL1Transactions,
  loadOpenBlocks,
  loadPool,
  loadPromisedIds,
  loadQueueEntries,
  loadSettledL1TransactionsFrom,
  markAttemptSent,
  markBatchAccepted,
  markFinal,
  nextStoredNonce,
  readProgress,
  rejectProof,
  requeueTransactions,
  resetRefusals,
  revokeAcceptancesFrom,
  revokeSettlementsFrom,
  type StoredTransaction,
  sealStoredBlock,
  storeProof,
  takeBackPayouts,
  updateL1Transaction,
  upsertTransactions,
} from "./index.ts";
import { createTestDatabases, type TestDatabase } from "./testing/index.ts";

const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const stored = (nonce: number, change: Partial<StoredTransaction> = {}) =>
  receivedTransfer(nonce, 1_700_000_000_000, change);

const confirmed = (nonce: number, block: number, slot: number): StoredTransaction =>
  stored(nonce, {
    status: "confirmed",
    inclusion: { blockNumber: block, slot },
    amount: 2n ** 128n - 1n,
    fee: 3n,
  });

const opening = (number: number): BlockOpening => ({
  number: blockNumber(number),
  timestamp: 1_700_000_000,
  slotCount: 16,
  feeAccounts: [64],
  firstQueueIndex: 0,
  l1OperationCount: 1,
  queueHashAfter: hash(1),
  openedAtMs: 1_700_000_000_500,
});

const seal: BlockSeal = {
  oldRoot: 1n,
  oldNextIndex: 64,
  newRoot: 2n,
  newNextIndex: 66,
  cells: Uint8Array.of(1, 2, 3),
  chains: { data: 3n, l1: 2n ** 253n, payouts: 0n, blocks: 5n },
  transactionCount: 2,
  sealedAtMs: 1_700_000_001_000,
};

const payouts = [
  { recipient: 5n, tokenId: tokenId(0), amount: 2n ** 100n },
  { recipient: 6n, tokenId: tokenId(1), amount: 0n },
];

const engines = createTestDatabases();

describe.each(["embedded", "server"] as const)("repositories on the %s engine", (engine) => {
  let test: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    await engines[engine].start();
    test = await engines[engine].create();
    database = await test.open();
  });
  afterAll(() => engines[engine].stop());
  beforeEach(() => emptyTables(database.db));

  async function seeBlock(number: number): Promise<void> {
    await insertOpenBlock(database.db, opening(number));
    await sealStoredBlock(database.db, blockNumber(number), { seal, payouts, witness: Uint8Array.of(9) });
  }

  it("keeps transactions unchanged, and what became of them", async () => {
    const { db } = database;
    await upsertTransactions(db, [stored(0), stored(2), stored(1)]);
    expect(await loadPool(db)).toEqual([stored(0), stored(1), stored(2)]);
    expect(await lastSequence(db)).toBe(3);
    await insertOpenBlock(db, opening(1));
    await upsertTransactions(db, [
      confirmed(0, 1, 1),
      stored(1, { status: "rejected", rejection: { type: "badNonce" } }),
    ]);
    expect(await findTransaction(db, 1000n)).toEqual(confirmed(0, 1, 1));
    expect((await findTransaction(db, 1001n))?.rejection).toEqual({ type: "badNonce" });
    expect(await loadBlockTransactions(db, 1)).toEqual([confirmed(0, 1, 1)]);
    expect((await loadPool(db)).map(({ id }) => id)).toEqual([1002n]);
    expect(await findTransaction(db, 5n)).toBeUndefined();
  });

  it("refuses two transactions in one slot and an inclusion without block", async () => {
    const { db } = database;
    await upsertTransactions(db, [confirmed(0, 1, 1)]);
    await expect(upsertTransactions(db, [confirmed(1, 1, 1)])).rejects.toThrow(/transactions_slot/);
    await expect(upsertTransactions(db, [stored(3, { status: "confirmed" })])).rejects.toThrow(/check/);
  });

  it("writes all of a transaction or nothing", async () => {
    const { db } = database;
    await expect(
      db.transaction().execute(async (transaction) => {
        await upsertTransactions(transaction, [stored(0)]);
        await upsertTransactions(transaction, [confirmed(1, 1, 1), confirmed(2, 1, 1)]);
      }),
    ).rejects.toThrow();
    expect(await loadPool(db)).toEqual([]);
    const first = db.transaction().execute(async (transaction) => {
      await upsertTransactions(transaction, [stored(0)]);
      await upsertTransactions(transaction, [stored(1)]);
    });
    await Promise.all([first, upsertTransactions(db, [stored(2)])]);
    expect(await loadPool(db)).toHaveLength(3);
  });

  it("returns transactions of dropped blocks to the pool in their order, visibly", async () => {
    const { db } = database;
    await seeBlock(1);
    await seeBlock(2);
    await upsertTransactions(db, [confirmed(0, 1, 1), confirmed(1, 2, 1), confirmed(2, 2, 2)]);
    expect(await requeueTransactions(db, 2, { atMs: 5, reason: "L1 reorg" })).toBe(2);
    await deleteBlocksFrom(db, 2);
    expect(await loadPool(db)).toEqual([stored(1), stored(2)]);
    expect(await listTransactionEvents(db, 1001n)).toMatchObject([
      { transactionId: 1001n, type: "confirmed", details: { block: 2, slot: 1 } },
      { type: "sealed", details: { block: 2 } },
      { atMs: 5, type: "requeued", details: { reason: "L1 reorg", block: 2 } },
    ]);
    expect(await loadPromisedIds(db)).toEqual(new Set([1001n, 1002n]));
    await addTransactionEvents(db, [{ transactionId: 1001n, atMs: 6, type: "rejected", details: { why: "x" } }]);
    expect(await listTransactionEvents(db, 1001n)).toHaveLength(4);
    expect((await findLastSealedBlock(db))?.number).toBe(1);
    expect(await findWitness(db, 2)).toBeUndefined();
  });

  it("opens blocks while others are being sealed, and seals each once", async () => {
    const { db } = database;
    const open = (number: number) => ({
      ...opening(number),
      origin: "own",
      status: "open",
      seal: null,
      provenAtMs: null,
      finalAtMs: null,
    });
    await insertOpenBlock(db, opening(1));
    await insertOpenBlock(db, opening(2));
    expect(await loadOpenBlocks(db)).toEqual([open(1), open(2)]);
    await sealStoredBlock(db, blockNumber(1), { seal, payouts, witness: Uint8Array.of(9) });
    expect((await findBlock(db, 1))?.seal).toEqual(seal);
    expect(await findWitness(db, 1)).toEqual(Uint8Array.of(9));
    await expect(
      sealStoredBlock(db, blockNumber(1), { seal, payouts, witness: Uint8Array.of(9) }),
    ).rejects.toMatchObject({ code: "db/conflict" });
    expect(await loadOpenBlocks(db)).toEqual([open(2)]);
    expect(await countBlocks(db)).toEqual({ open: 1, sealed: 1, proven: 0, final: 0 });
  });

  it("follows a batch from proof to finality, and back by a reorg", async () => {
    const { db } = database;
    await seeBlock(1);
    await insertBatch(db, closedBatch(1, 1), batchProof(1, 1));
    const proof = { proof: Uint8Array.of(4), details: { seconds: 3 }, atMs: 8 };
    const id = (await findBatch(db, 1))?.proofId ?? 0;
    expect(await storeProof(db, id + 1, proof)).toBe(false);
    expect(await storeProof(db, id, proof)).toBe(true);
    expect(await findBatch(db, 1)).toMatchObject({ proof: proof.proof, proofDetails: proof.details, readyAtMs: 8 });
    await rejectProof(db, id, 9);
    expect(await findBatch(db, 1)).toMatchObject({ proof: null, badProofs: 1 });
    expect(await listRejectedProofs(db, 9)).toEqual([
      { firstBlock: 1, point: 1001n, proof: proof.proof, details: proof.details, rejectedAtMs: 9 },
    ]);
    await resetRefusals(db);
    expect((await findBatch(db, 1))?.badProofs).toBe(0);
    const acceptance = { number: batchNumber(1), l1Transaction: hash(5), l1Block: 20, l1BlockHash: hash(6) };
    await markBatchAccepted(db, 1, { ...acceptance, atMs: 9 });
    expect((await findBatch(db, 1))?.acceptance).toEqual(acceptance);
    expect((await findBlock(db, 1))?.status).toBe("proven");
    expect(await loadBatchesOwing(db, 10)).toEqual([1]);
    await leavePayouts(db, [{ blockNumber: 1, position: 0, gas: 250_000 }]);
    expect([await loadBatchesOwing(db, 10), await countLeftPayouts(db)]).toEqual([[], 1]);
    expect((await readProgress(db)).payouts.count).toBe(0);
    await takeBackPayouts(db, 249_999);
    expect(await countLeftPayouts(db)).toBe(1);
    await takeBackPayouts(db, 250_000);
    expect([await loadBatchesOwing(db, 10), await countLeftPayouts(db)]).toEqual([[1], 0]);
    await insertSettlement(db, { batch: 1, position: 0, status: "paid", l1Transaction: hash(7), l1Block: 21 });
    expect(await loadBatchesOwing(db, 10)).toEqual([]);
    await revokeSettlementsFrom(db, 21);
    expect((await listPayouts(db, { recipient: 5n, limit: 5 }))[0]).toMatchObject({
      status: "owed",
      amount: 2n ** 100n,
    });
    expect(await revokeAcceptancesFrom(db, 20, 10)).toEqual([1]);
    expect(await revokeAcceptancesFrom(db, 20, 10)).toEqual([]);
    expect((await findBlock(db, 1))?.status).toBe("sealed");
    await markBatchAccepted(db, 1, { ...acceptance, atMs: 10 });
    expect(await markFinal(db, 19, 11)).toEqual([]);
    expect(await markFinal(db, 20, 12)).toEqual([1]);
    expect((await findBlock(db, 1))?.finalAtMs).toBe(12);
  });

  it("keeps the L1 queue and cuts it at a reorg", async () => {
    const { db } = database;
    const operations: L1Operation[] = [
      { type: "deposit", owner: 3n, tokenId: tokenId(1), amount: 2n ** 127n, index: accountIndex(0), key: 8n },
      { type: "setKey", sender: 3n, index: accountIndex(64), key: 9n },
    ];
    const entries = operations.map((operation, index) => ({
      index,
      operation,
      hashAfter: hash(index + 1),
      l1Block: 10 + index,
      l1BlockHash: hash(3),
      l1Transaction: hash(4),
      enqueuedAt: 1_700_000_000,
      isFromArchive: false,
    }));
    await insertQueueEntries(db, entries);
    await insertOpenBlock(db, opening(1));
    expect(await findForkedBlock(db)).toBeUndefined();
    expect(await loadQueueEntries(db, 0, 5)).toEqual(entries);
    expect(await loadEnqueueTimes(db, [1, 2])).toEqual(new Map([[1, 1_700_000_000]]));
    expect(await loadEnqueueTimes(db, [])).toEqual(new Map());
    expect(await deleteQueueEntriesFrom(db, 11)).toBe(1);
    expect(await findLastQueueEntry(db)).toEqual(entries[0]);
    expect(await deleteQueueEntriesFrom(db, 10)).toBe(1);
    expect(await findForkedBlock(db)).toBe(1);
    await insertQueueEntries(
      db,
      entries.map((entry) => ({ ...entry, hashAfter: hash(9) })),
    );
    expect(await findForkedBlock(db)).toBe(1);
  });

  it("never gives an L1 nonce or a subject to two live transactions", async () => {
    const { db } = database;
    const content = {
      purpose: "submitBatch" as const,
      content: "a",
      sender: 1n,
      recipient: 2n,
      data: Uint8Array.of(1),
      gasLimit: 900_000,
    };
    const attempt = (fill: number, fee: bigint) => ({
      hash: hash(fill),
      raw: Uint8Array.of(fill),
      maxFeePerGas: fee,
      maxPriorityFeePerGas: 1n,
      kind: "call" as const,
      createdAtMs: 99,
      sentAtMs: null,
    });
    const id = await insertL1Transaction(db, { ...content, subject: 1, nonce: 4 }, attempt(1, 10n), 100);
    await expect(insertL1Transaction(db, { ...content, subject: 1, nonce: 5 }, attempt(2, 10n), 100)).rejects.toThrow();
    await expect(insertL1Transaction(db, { ...content, subject: 2, nonce: 4 }, attempt(2, 10n), 100)).rejects.toThrow();
    expect(await nextStoredNonce(db, 1n)).toBe(5);
    await markAttemptSent(db, id, hash(1), 101);
    await insertL1Attempt(db, id, 1, attempt(3, 2n ** 70n));
    const live = await loadLiveL1Transactions(db);
    expect(live[0]?.attempts).toEqual([{ ...attempt(1, 10n), sentAtMs: 101 }, attempt(3, 2n ** 70n)]);
    const mined = { hash: hash(3), block: 7, blockHash: hash(8) };
    const cost = { gasUsed: 900_000, blobGasUsed: 131_072, paidWei: 2n ** 70n };
    await updateL1Transaction(db, id, { status: "final", mined, cost, failure: null, atMs: 102 });
    expect(await findL1Transaction(db, "submitBatch", 1, "a")).toMatchObject({ status: "final", mined, nonce: 4 });
    expect(await loadLiveL1Transactions(db)).toEqual([]);
    expect(await loadSettledL1TransactionsFrom(db, 1n, 4)).toMatchObject([{ id }]);
    expect(await loadSettledL1TransactionsFrom(db, 1n, 5)).toEqual([]);
    await insertL1Transaction(db, { ...content, subject: 3, nonce: 6 }, attempt(4, 10n), 100);
    await insertL1Transaction(db, { ...content, content: "b", subject: 3, nonce: 7 }, attempt(5, 10n), 100);
    expect(await loadLiveL1Transactions(db)).toMatchObject([{ content: "a" }, { content: "b" }]);
  });

  it("belongs to one rollup and survives being closed", async () => {
    expect(await findChain(database.db)).toBeUndefined();
    await bindChain(database.db, { chainId: 31337n, rollup: 5n }, 16);
    expect(await findChain(database.db)).toEqual({ domain: { chainId: 31337n, rollup: 5n }, slotCount: 16 });
    await upsertTransactions(database.db, [stored(0)]);
    await database.close();
    database = await test.open();
    await bindChain(database.db, { chainId: 31337n, rollup: 5n }, 16);
    await expect(bindChain(database.db, { chainId: 31337n, rollup: 6n }, 16)).rejects.toMatchObject({
      code: "db/wrong-chain",
    });
    expect(await loadPool(database.db)).toEqual([stored(0)]);
  });
});

describe("a PostgreSQL server", () => {
  const databases = createTestDatabases().ownServer;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());

  it("lets one node at a time hold a role, and loses nothing committed in a crash", async () => {
    const test = await databases.create();
    const [first, second] = [await test.open(), await test.open()];
    const lock = await acquireNodeLock(first, "sequencer");
    await expect(acquireNodeLock(second, "sequencer")).rejects.toMatchObject({ code: "db/locked" });
    await (await acquireNodeLock(second, "publisher")).release();
    await upsertTransactions(first.db, [stored(0)]);
    await databases.server()?.crashAndRestart();
    await lock.lost;
    expect(await loadPool(second.db)).toEqual([stored(0)]);
    await (await acquireNodeLock(second, "sequencer")).release();
  });
});
