import { type BatchHeader2, type Payout, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchProof, blockProof, closedBatch, mergeProof } from "../test/batches.ts";
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
  findBatch,
  findBlock,
  findLastAcceptedBatch,
  findProof,
  findPublisher,
  findTightest,
  findUnadoptedBatch,
  findWitness,
  insertAcceptedBatch,
  insertBatch,
  insertForeignBatch,
  insertProofsAhead,
  leavePayouts,
  listBatches,
  loadBatchesOfBlocks,
  loadBatchesOwing,
  loadBatchPayouts,
  loadChildProofs,
  loadPendingBatches,
  loadProofs,
  loadProofsToMake,
  loadUnbatchedBlocks,
  markBatchAccepted,
  markFinal,
  noteProofBegun,
  type ProofTree,
  readBacklog,
  readProgress,
  rejectProof,
  reopenBatches,
  revokeAcceptancesFrom,
  storeProof,
  storePublisher,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const word = new Uint8Array(32);
const engines = createTestDatabases();
const MADE = { proof: Uint8Array.of(4), details: {}, atMs: 8 };

/** Proofs of blocks, for a batch that verifies them itself; none for a batch of one block. */
const blocks = (first: number, last: number): ProofTree[] =>
  first === last ? [] : Array.from({ length: last - first + 1 }, (_, i) => blockProof(first + i));

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

  const close = (
    firstBlock: number,
    lastBlock: number,
    children: readonly ProofTree[] = blocks(firstBlock, lastBlock),
  ) =>
    db
      .transaction()
      .execute((transaction) =>
        insertBatch(transaction, closedBatch(firstBlock, lastBlock), batchProof(firstBlock, lastBlock, children)),
      );
  const closeForeign = (firstBlock: number, lastBlock: number) =>
    insertForeignBatch(db, closedBatch(firstBlock, lastBlock));
  const make = async (firstBlock: number): Promise<void> => {
    const proofId = (await findBatch(db, firstBlock))?.proofId ?? 0;
    expect(await storeProof(db, proofId, MADE)).toBe(true);
  };
  const toMake = async () => (await loadProofsToMake(db, { maxRefusals: 2, limit: 99 })).map(({ id }) => id);
  /** Makes proofs until there is none to make; returns their ids. */
  const makeAll = async (): Promise<number[]> => {
    const ids = await toMake();
    for (const id of ids) expect(await storeProof(db, id, MADE)).toBe(true);
    return ids.length === 0 ? [] : [...ids, ...(await makeAll())];
  };
  const deleteProof = (target: Db, firstBlock: number, lastBlock: number) =>
    target
      .deleteFrom("proofs")
      .where("first_block", "=", firstBlock)
      .where("last_block", "=", lastBlock)
      .executeTakeFirstOrThrow();
  const accept = (firstBlock: number, number: number, l1Block: number): Promise<void> =>
    markBatchAccepted(db, firstBlock, { number, l1Transaction: word, l1Block, l1BlockHash: word, atMs: 9 });
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
      await insertBatch(transaction, closedBatch(1, 2), batchProof(1, 2, blocks(1, 2)));
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

  it("go with any of their blocks that is dropped, and leave the proofs of the others", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    await close(1, 5, [mergeProof(1, 2), mergeProof(3, 5)]);
    await close(6, 6);
    const before = await makeAll();

    await deleteBlocksFrom(db, 4);
    expect(await listBatches(db, { limit: 9 })).toEqual([]);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([1, 2, 3]);
    const left = await loadProofs(db, 1, 9);
    const [one, early, two, three] = left.map(({ id }) => id);
    expect(left.map(({ kind, firstBlock, state, parent }) => [kind, firstBlock, state, parent])).toEqual([
      ["block", 1, "made", early],
      ["merge", 1, "made", null],
      ["block", 2, "made", early],
      ["block", 3, "made", null],
    ]);
    expect(before).toEqual(expect.arrayContaining([one, early, two, three]));
    expect(await toMake()).toEqual([]);
    expect([await findWitness(db, 3), await findWitness(db, 4)]).toEqual([word, undefined]);
    // The next batch is proven with what is there.
    await sealBlocks(db, [4]);
    await close(1, 4, [mergeProof(1, 2), blockProof(3), blockProof(4)]);
    const [rebuilt = 0] = await toMake();
    expect([before.includes(rebuilt), (await findProof(db, rebuilt))?.firstBlock]).toEqual([false, 4]);
    expect(await makeAll()).toEqual([rebuilt, (await findBatch(db, 1))?.proofId]);
  });

  it("take proofs of their blocks over, whatever was to verify them, and remove those of no use", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6, 7]);
    await insertProofsAhead(db, [blockProof(1), blockProof(7)], 1);
    await insertProofsAhead(db, [blockProof(1)], 2);
    await close(1, 6, [mergeProof(1, 3), mergeProof(4, 6)]);
    const before = await makeAll();
    expect(before.length).toBe(10);
    expect(await reopenBatches(db, 8n)).toBe(1);
    // Merges of other blocks, one of them with blocks of the next batch.
    await close(1, 5, [mergeProof(1, 2), mergeProof(3, 4), blockProof(5)]);
    const proofs = await loadProofs(db, 1, 7);
    expect(
      proofs.flatMap(({ kind, firstBlock, lastBlock, state }) => `${kind} ${firstBlock}-${lastBlock} ${state}`),
    ).toEqual([
      "block 1-1 made",
      "merge 1-2 waiting",
      "batch 1-5 waiting",
      "block 2-2 made",
      "block 3-3 made",
      "merge 3-4 waiting",
      "block 4-4 made",
      "block 5-5 made",
      "block 6-6 made",
      "block 7-7 made",
    ]);
    expect((await makeAll()).length).toBe(3);
    // What is made needs nothing below it.
    await reopenBatches(db, 8n);
    await deleteProof(db, 1, 1);
    await close(1, 5, [mergeProof(1, 2), mergeProof(3, 4), blockProof(5)]);
    expect(await makeAll()).toEqual([(await findBatch(db, 1))?.proofId]);
  });

  it("are closed again for another submitter, unless L1 has accepted them, and keep all proofs but the last", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    await close(1, 1);
    await close(2, 3);
    await close(4, 5);
    await makeAll();
    await accept(1, 1, 20);
    expect(await reopenBatches(db, 7n)).toBe(0);
    expect(await reopenBatches(db, 8n)).toBe(2);
    expect((await listBatches(db, { limit: 9 })).map(({ firstBlock }) => firstBlock)).toEqual([1]);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([2, 3, 4, 5]);
    await insertBatch(db, { ...closedBatch(2, 3), submitter: 8n }, batchProof(2, 3, blocks(2, 3)));
    await close(4, 5);
    expect((await findBatch(db, 2))?.submitter).toBe(8n);
    // The second is of the right one, but what comes before it is not.
    expect(await reopenBatches(db, 7n)).toBe(2);
    await close(2, 2);
    expect(await makeAll()).toEqual([(await findBatch(db, 2))?.proofId]);
    // A batch of others that L1 has revoked may come back as it is.
    await closeForeign(3, 3);
    expect(await reopenBatches(db, 8n)).toBe(0);
  });

  it("made by others go with any of their blocks too", async () => {
    await sealBlocks(db, [1, 2, 3]);
    await closeForeign(1, 3);
    expect([await loadPendingBatches(db), await loadProofs(db, 1, 9)]).toEqual([[], []]);
    await deleteBlocksFrom(db, 3);
    expect(await listBatches(db, { limit: 9 })).toEqual([]);
  });

  it("are proven from below: a proof can be begun when all that it verifies is made", async () => {
    await sealBlocks(db, [1, 2, 3]);
    await close(1, 3);
    const last = (await findBatch(db, 1))?.proofId ?? 0;
    const ids = await toMake();
    expect((await loadProofs(db, 1, 3)).filter(({ kind }) => kind === "block").map(({ id }) => id)).toEqual(ids);
    const [first = 0, ...others] = ids;
    await noteProofBegun(db, first, { prover: "one", atMs: 5 });
    await noteProofBegun(db, first, { prover: "two", atMs: 6 });
    expect(await findProof(db, first)).toMatchObject({ state: "proving", attempts: 2, prover: "two", startedAtMs: 6 });
    for (const id of others) await storeProof(db, id, MADE);
    expect(await toMake()).toEqual([first]);
    await storeProof(db, first, MADE);
    expect(await toMake()).toEqual([last]);
    expect(await findBatch(db, 1)).toMatchObject({ proof: null, readyAtMs: null });
    await storeProof(db, last, MADE);
    expect(await findBatch(db, 1)).toMatchObject({ proof: MADE.proof, readyAtMs: 8 });
    await rejectProof(db, last, 10);
    expect([await toMake(), (await findBatch(db, 1))?.badProofs]).toEqual([[last], 1]);
    await storeProof(db, last, MADE);
    await rejectProof(db, last, 11);
    // Given up; what is below it is made again once.
    expect(await makeAll()).toEqual(ids);
  });

  it("are proven from the bottom again when L1 refuses their last proof a second time", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    await close(1, 5, [mergeProof(1, 4), blockProof(5)]);
    await close(6, 6);
    await makeAll();
    const last = (await findBatch(db, 1))?.proofId ?? 0;
    await rejectProof(db, last, 10);
    expect(await toMake()).toEqual([last]);
    await makeAll();
    await rejectProof(db, last, 11);
    expect((await findBatch(db, 1))?.badProofs).toBe(2);
    expect((await findBatch(db, 6))?.proof).toEqual(MADE.proof);
    const blocks = (await loadProofs(db, 1, 5)).filter(({ kind }) => kind === "block");
    const waiting = await loadProofsToMake(db, { maxRefusals: 3, limit: 9 });
    expect(waiting.map(({ id }) => id)).toEqual(blocks.map(({ id }) => id));
    const merge = blocks[0]?.parent ?? 0;
    expect((await loadChildProofs(db, merge)).map(({ firstBlock }) => firstBlock)).toEqual([1, 2, 3, 4]);
    await expect(rejectProof(db, blocks[0]?.id ?? 0, 12)).resolves.toBeUndefined();
    await storeProof(db, blocks[0]?.id ?? 0, MADE);
    await expect(rejectProof(db, blocks[0]?.id ?? 0, 12)).rejects.toMatchObject({ code: "db/conflict" });
  });

  it("refuse a tree of proofs with a hole, an overlap, or a proof that another verifies", async () => {
    await sealBlocks(db, [1, 2, 3]);
    const merged = mergeProof(1, 2);
    const [one, two, three] = [blockProof(1), blockProof(2), blockProof(3)];
    const trees: readonly (readonly ProofTree[])[] = [
      [],
      [one, three],
      [one, two],
      [two, three],
      [merged, two, three],
      [three, merged],
      [{ ...merged, children: [one] }, three],
      [batchProof(1, 2, [one, two]), three],
    ];
    for (const children of trees) {
      await expect(close(1, 3, children)).rejects.toMatchObject({ code: "db/conflict" });
    }
    for (const last of [
      batchProof(1, 2, [merged]),
      { ...batchProof(1, 3, [merged, three]), circuit: "pair" },
      merged,
    ]) {
      await expect(insertBatch(db, closedBatch(1, 3), last)).rejects.toMatchObject({ code: "db/conflict" });
    }
    await insertProofsAhead(db, [{ ...one, publicInputs: one.publicInputs.with(3, 99n) }], 1);
    await expect(close(1, 3)).rejects.toMatchObject({ code: "db/conflict", message: /states something else/ });
    expect(await loadPendingBatches(db)).toEqual([]);
  });

  it("of others are kept as L1 has them, with what they published if it is not stored here", async () => {
    const header: BatchHeader2 = {
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
      await storePublisher(db, account);
      expect(await findPublisher(db)).toBe(account);
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
