import { type BatchHeader, type Payout, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchActions, MADE } from "../test/batch-actions.ts";
import { batchProof, blockProof, blockProofs, closedBatch } from "../test/batches.ts";
import { emptyTables } from "../test/empty-tables.ts";
import { sealBlocks } from "../test/sealed-blocks.ts";
import {
  type AcceptedBatch,
  countAcceptedBatches,
  countBlocks,
  type Db,
  deleteAcceptedBatchesFrom,
  deleteBlocksFrom,
  findAcceptedBatch,
  findBlock,
  findLastAcceptedBatch,
  findPublisher,
  findTightest,
  findUnadoptedBatch,
  insertAcceptedBatch,
  insertBatch,
  insertProofsAhead,
  leavePayouts,
  listBatches,
  loadBatchesOfBlocks,
  loadBatchesOwing,
  loadBatchPayouts,
  loadPendingBatches,
  loadProofs,
  loadUnbatchedBlocks,
  markFinal,
  readBacklog,
  readProgress,
  revokeAcceptancesFrom,
  storeProof,
  storePublisher,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const payoutsOf = (number: number): Payout[] =>
  Array.from({ length: number }, (_, i) => ({ recipient: BigInt(number), tokenId: tokenId(0), amount: BigInt(1 + i) }));

describe.each(["embedded", "server"] as const)("batches of several blocks on the %s engine", (engine) => {
  let db: Db;
  beforeAll(async () => {
    await engines[engine].start();
    db = (await (await engines[engine].create()).open()).db;
  });
  afterAll(() => engines[engine].stop());
  beforeEach(() => emptyTables(db));

  const { close, closeForeign, make, accept } = batchActions(() => db);
  const statuses = async (): Promise<string[]> => {
    const blocks = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((number) => findBlock(db, number)));
    return blocks.flatMap((block) => block?.status ?? []);
  };

  it("hold sealed blocks, each of them once and none left out", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    await close(1, 1);
    await close(2, 4);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([5, 6]);
    for (const [first, last] of [
      [2, 2],
      [3, 3],
      [4, 5],
      [1, 5],
      [5, 7],
      [6, 6],
      [5, 4],
    ] as const) {
      for (const insert of [close, closeForeign]) {
        await expect(insert(first, last), `${first} to ${last}`).rejects.toMatchObject({
          code: "db/conflict",
        });
      }
    }
    expect((await listBatches(db, { limit: 9 })).map((batch) => [batch.firstBlock, batch.lastBlock])).toEqual([
      [2, 4],
      [1, 1],
    ]);
    const summary = { firstBlock: 2, lastBlock: 4, isReady: false, number: null };
    expect(await loadBatchesOfBlocks(db, 3, 5)).toEqual([summary]);
    await make(2);
    await accept(2, 9, 20);
    expect(await loadBatchesOfBlocks(db, 4, 4)).toEqual([{ ...summary, isReady: true, number: 9 }]);
  });

  it("are decided about blocks that nobody drops meanwhile", async () => {
    await sealBlocks(db, [1, 2]);
    const dropped: string[] = [];
    let dropping: Promise<unknown> = Promise.resolve();
    await db.transaction().execute(async (transaction) => {
      expect((await loadUnbatchedBlocks(transaction, 9, { isLocking: true })).length).toBe(2);
      dropping = db
        .transaction()
        .execute((other) => deleteBlocksFrom(other, 2))
        .then(() => dropped.push("dropped"));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await insertBatch(transaction, closedBatch(1, 2), batchProof(1, 2, blockProofs(1, 2)));
      dropped.push("stored");
    });
    await dropping;
    expect([dropped, await listBatches(db, { limit: 9 })]).toEqual([["stored", "dropped"], []]);
  });

  it("count all their blocks as waiting for a proof, and none of them once the last proof is made", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    await close(1, 3);
    await close(4, 5);
    expect(await readBacklog(db, null, 0)).toMatchObject({ withoutProof: 6, inWork: 5, ready: 0, lastSealed: 6 });
    // Block 6 has been without a batch since 6,000 ms.
    expect(await readBacklog(db, null, 5999)).toMatchObject({ inWork: 5 });
    expect(await readBacklog(db, null, 6000)).toMatchObject({ inWork: 6 });
    await insertProofsAhead(db, [blockProof(6)], 1);
    expect(await readBacklog(db, null, 0)).toMatchObject({ inWork: 6 });
    for (const { id } of await loadProofs(db, 6, 6)) await storeProof(db, id, MADE);
    expect(await readBacklog(db, null, 0)).toMatchObject({ withoutProof: 6, inWork: 5 });
    expect(await readProgress(db)).toMatchObject({
      batches: { count: 1, oldestAtMs: 6000 },
      proofs: { count: 7, oldestAtMs: 9000 },
      acceptances: { count: 6, oldestAtMs: 1000 },
    });
    await make(1);
    expect(await readBacklog(db, 0, 0)).toMatchObject({ withoutProof: 3, ready: 3, acceptedOwn: 0 });
    await accept(1, 1, 20);
    expect(await readBacklog(db, 0, 0)).toMatchObject({ withoutProof: 3, ready: 0, acceptedOwn: 3, lastProven: 3 });
    expect(await statuses()).toEqual(["proven", "proven", "proven", "sealed", "sealed", "sealed"]);
  });

  it("let their first block wait for all of them: the tightest deadline is its", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    await close(1, 4);
    // Four proofs before block 1 can go, at 100 s; five before block 5, at 500 s.
    expect(await findTightest(db, 10)).toBe(4 * 10 - 100);
    await make(1);
    expect(await findTightest(db, 10)).toBe(0 - 100);
    await accept(1, 1, 20);
    expect(await findTightest(db, 10)).toBe(1 * 10 - 500);
  });

  it("made by others go with any of their blocks too", async () => {
    await sealBlocks(db, [1, 2, 3]);
    await closeForeign(1, 3);
    expect([await loadPendingBatches(db), await loadProofs(db, 1, 9)]).toEqual([[], []]);
    await deleteBlocksFrom(db, 3);
    expect(await listBatches(db, { limit: 9 })).toEqual([]);
  });

  it("of others are kept as L1 has them, with what they published if it is not stored here", async () => {
    const header: BatchHeader = {
      circuit: "pair",
      dataSource: "blob",
      firstBlock: 4n,
      lastBlock: 7n,
      firstTimestamp: 1_700_000_000n,
      lastTimestamp: 1_700_000_009n,
      newNextIndex: 66,
      oldRoot: 2n ** 250n,
      newRoot: 5n,
      newHistory: 6n,
      blocksRoot: 7n,
    };
    const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
    const known: AcceptedBatch = {
      number: 1,
      firstBlock: 1,
      lastBlock: 3,
      submitter: 2n ** 159n,
      header: { ...header, firstBlock: 1n, lastBlock: 3n },
      dataCommitment: hash(1),
      payoutsHash: hash(2),
      content: null,
      l1Transaction: hash(3),
      l1Block: 20,
      l1BlockHash: hash(4),
      l1Timestamp: 1_700_000_100,
      isFromArchive: false,
    };
    const content = { cells: Uint8Array.of(1, 2), payouts: payoutsOf(3) };
    const others: AcceptedBatch = { ...known, number: 2, firstBlock: 4, lastBlock: 7, header, content, l1Block: 21 };
    const emptied: AcceptedBatch = { ...others, number: 3, content: { ...content, payouts: [] } };
    await insertAcceptedBatch(db, known);
    expect(await findLastAcceptedBatch(db)).toEqual(known);
    await insertAcceptedBatch(db, others);
    expect(await findLastAcceptedBatch(db)).toEqual(others);
    await insertAcceptedBatch(db, emptied);
    expect(await findLastAcceptedBatch(db)).toEqual(emptied);
    expect([await findAcceptedBatch(db, 2), await findAcceptedBatch(db, 4)]).toEqual([others, undefined]);
    expect([await findUnadoptedBatch(db), await countAcceptedBatches(db)]).toEqual([known, 3]);
    await deleteAcceptedBatchesFrom(db, 21);
    expect(await countAcceptedBatches(db)).toBe(1);
  });

  it("name the account that submits them once a publisher has said which", async () => {
    expect(await findPublisher(db)).toBeNull();
    for (const account of [0n, 2n ** 160n - 1n, 7n]) {
      const terms = { account, dataMode: "auto", maxBlobGasWei: 2n ** 70n + account, maxGasWei: 5n } as const;
      await storePublisher(db, terms);
      expect(await findPublisher(db)).toEqual(terms);
    }
  });

  it("become final and unproven as a whole", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    for (const [first, last] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await close(first, last);
    for (const [first, number] of [
      [1, 1],
      [2, 2],
      [5, 3],
    ] as const)
      await accept(first, number, 20 + number);
    expect(await markFinal(db, 22, 9)).toEqual([1, 2, 3, 4]);
    expect(await markFinal(db, 22, 9)).toEqual([]);
    expect(await countBlocks(db)).toEqual({ open: 0, sealed: 0, proven: 1, final: 4 });
    expect(await revokeAcceptancesFrom(db, 22, 10)).toEqual([2, 3, 4, 5]);
    expect(await statuses()).toEqual(["final", "sealed", "sealed", "sealed", "sealed"]);
  });

  it("owe the payouts of all their blocks, each at its place in the batch's list", async () => {
    await sealBlocks(db, [1, 2, 3, 4], payoutsOf);
    await close(1, 1);
    await close(2, 4);
    for (const [first, number] of [
      [1, 1],
      [2, 2],
    ] as const)
      await accept(first, number, 20);
    expect(await loadBatchesOwing(db, 9)).toEqual([1, 2]);
    const list = await loadBatchPayouts(db, { firstBlock: 2, lastBlock: 4 });
    expect(list.map((payout) => [payout.batchPosition, payout.blockNumber, payout.position])).toEqual([
      [0, 2, 0],
      [1, 2, 1],
      [2, 3, 0],
      [3, 3, 1],
      [4, 3, 2],
      [5, 4, 0],
      [6, 4, 1],
      [7, 4, 2],
      [8, 4, 3],
    ]);
    await leavePayouts(
      db,
      list.slice(0, 8).map((payout) => ({ ...payout, gas: 5 })),
    );
    // The last block alone still owes one that is not left to others.
    expect(await loadBatchesOwing(db, 9)).toEqual([1, 2]);
    await leavePayouts(db, [{ blockNumber: 4, position: 3, gas: 5 }]);
    expect(await loadBatchesOwing(db, 9)).toEqual([1]);
  });
});
