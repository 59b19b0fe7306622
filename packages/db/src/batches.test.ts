import { type Payout, tokenId } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { emptyTables } from "../test/empty-tables.ts";
import { sealBlocks } from "../test/sealed-blocks.ts";
import {
  type ClosedBatch,
  countBlocks,
  type Db,
  deleteBlocksFrom,
  findBatch,
  findBlock,
  findProof,
  findTightest,
  findWitness,
  insertBatch,
  insertForeignBatch,
  insertProof,
  leavePayouts,
  listBatches,
  loadBatchesOfBlocks,
  loadBatchesOwing,
  loadBatchPayouts,
  loadPendingBatches,
  loadProofs,
  loadProofsToMake,
  loadUnbatchedBlocks,
  markBatchAccepted,
  markFinal,
  noteProofBegun,
  readBacklog,
  readProgress,
  rejectProof,
  revokeAcceptancesFrom,
  storeProof,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const word = new Uint8Array(32);
const engines = createTestDatabases();
const MADE = { proof: Uint8Array.of(4), details: {}, atMs: 8 };

const closed = (firstBlock: number, lastBlock: number): ClosedBatch => ({
  firstBlock,
  lastBlock,
  circuitType: 3,
  publicInput: BigInt(1000 * firstBlock + lastBlock),
  closedAtMs: 9000,
});

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

  const make = async (firstBlock: number): Promise<void> => {
    const proofId = (await findBatch(db, firstBlock))?.proofId ?? 0;
    expect(await storeProof(db, proofId, MADE)).toBe(true);
  };
  const accept = (firstBlock: number, number: number, l1Block: number): Promise<void> =>
    markBatchAccepted(db, firstBlock, { number, l1Transaction: word, l1Block, l1BlockHash: word, atMs: 9 });
  const statuses = async (): Promise<string[]> => {
    const blocks = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((number) => findBlock(db, number)));
    return blocks.flatMap((block) => block?.status ?? []);
  };

  it("hold sealed blocks, each of them once and none left out", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    await insertBatch(db, closed(1, 1));
    await insertBatch(db, closed(2, 4));
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
      for (const insert of [insertBatch, insertForeignBatch]) {
        await expect(insert(db, closed(first, last)), `${first} to ${last}`).rejects.toMatchObject({
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
      await insertBatch(transaction, closed(1, 2));
      dropped.push("stored");
    });
    await dropping;
    expect([dropped, await listBatches(db, { limit: 9 })]).toEqual([["stored", "dropped"], []]);
  });

  it("count all their blocks as waiting for a proof, and none of them once the last proof is made", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    await insertBatch(db, closed(1, 3));
    await insertBatch(db, closed(4, 5));
    expect(await readBacklog(db, null)).toMatchObject({ withoutProof: 6, ready: 0, lastSealed: 6 });
    expect(await readProgress(db)).toMatchObject({
      batches: { count: 1, oldestAtMs: 6000 },
      proofs: { count: 2, oldestAtMs: 9000 },
      acceptances: { count: 6, oldestAtMs: 1000 },
    });
    await make(1);
    expect(await readBacklog(db, 0)).toMatchObject({ withoutProof: 3, ready: 3, acceptedOwn: 0 });
    await accept(1, 1, 20);
    expect(await readBacklog(db, 0)).toMatchObject({ withoutProof: 3, ready: 0, acceptedOwn: 3, lastProven: 3 });
    expect(await statuses()).toEqual(["proven", "proven", "proven", "sealed", "sealed", "sealed"]);
  });

  it("let their first block wait for all of them: the tightest deadline is its", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    await insertBatch(db, closed(1, 4));
    // Four proofs before block 1 can go, at 100 s; five before block 5, at 500 s.
    expect(await findTightest(db, 10)).toBe(4 * 10 - 100);
    await make(1);
    expect(await findTightest(db, 10)).toBe(0 - 100);
    await accept(1, 1, 20);
    expect(await findTightest(db, 10)).toBe(1 * 10 - 500);
  });

  it("go with any of their blocks that is dropped, and leave the proofs of the others", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5, 6]);
    const plan = (kind: "block" | "merge", firstBlock: number, lastBlock: number, children?: readonly number[]) =>
      insertProof(db, { kind, firstBlock, lastBlock, publicInputs: [5n], createdAtMs: 1 }, children);
    const blocks: number[] = [];
    for (const number of [1, 2, 3, 4, 5]) blocks.push(await plan("block", number, number));
    for (const id of blocks) await storeProof(db, id, MADE);
    const early = await plan("merge", 1, 2, blocks.slice(0, 2));
    const late = await plan("merge", 3, 5, blocks.slice(2));
    for (const id of [early, late]) await storeProof(db, id, MADE);
    await insertBatch(db, closed(1, 5), [early, late]);
    await insertBatch(db, closed(6, 6));

    await deleteBlocksFrom(db, 4);
    expect(await listBatches(db, { limit: 9 })).toEqual([]);
    expect((await loadUnbatchedBlocks(db, 9)).map(({ number }) => number)).toEqual([1, 2, 3]);
    const left = await loadProofs(db, 1, 9);
    expect(left.map(({ id, state, parent }) => [id, state, parent])).toEqual([
      [blocks[0], "made", early],
      [early, "made", null],
      [blocks[1], "made", early],
      [blocks[2], "made", null],
    ]);
    expect(await loadProofsToMake(db, { maxRefusals: 3, limit: 9 })).toEqual([]);
    expect(await findProof(db, late)).toBeUndefined();
    expect([await findWitness(db, 3), await findWitness(db, 4)]).toEqual([word, undefined]);
    // The next batch is proven with what is there.
    await sealBlocks(db, [4]);
    const rebuilt = await plan("block", 4, 4);
    expect(rebuilt).not.toBe(blocks[3]);
    await insertBatch(db, closed(1, 4), [early, blocks[2] ?? 0, rebuilt]);
    expect(await loadProofsToMake(db, { maxRefusals: 3, limit: 9 })).toMatchObject([{ id: rebuilt }]);
  });

  it("made by others go with any of their blocks too", async () => {
    await sealBlocks(db, [1, 2, 3]);
    await insertForeignBatch(db, closed(1, 3));
    expect([await loadPendingBatches(db), await loadProofs(db, 1, 9)]).toEqual([[], []]);
    await deleteBlocksFrom(db, 3);
    expect(await listBatches(db, { limit: 9 })).toEqual([]);
  });

  it("are proven from below: a proof can be begun when all that it verifies is made", async () => {
    await sealBlocks(db, [1, 2, 3]);
    const plan = (firstBlock: number) =>
      insertProof(db, { kind: "block", firstBlock, lastBlock: firstBlock, publicInputs: [1n, 2n], createdAtMs: 1 });
    const blocks = [await plan(1), await plan(2), await plan(3)];
    await insertBatch(db, closed(1, 3), blocks);
    const last = (await findBatch(db, 1))?.proofId ?? 0;
    const toMake = async () => (await loadProofsToMake(db, { maxRefusals: 2, limit: 9 })).map(({ id }) => id);
    expect(await toMake()).toEqual(blocks);
    const [first = 0, ...others] = blocks;
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
    expect(await toMake()).toEqual([]);
  });

  it("refuse a tree of proofs with a hole, an overlap, or a proof that another verifies", async () => {
    await sealBlocks(db, [1, 2, 3]);
    const plan = (kind: "block" | "merge", firstBlock: number, lastBlock: number) =>
      insertProof(db, { kind, firstBlock, lastBlock, publicInputs: [1n], createdAtMs: 1 });
    const [one, two, three] = [await plan("block", 1, 1), await plan("block", 2, 2), await plan("block", 3, 3)];
    const both = await plan("merge", 1, 2);
    const close = (firstBlock: number, children: readonly number[]) =>
      db.transaction().execute((transaction) => insertBatch(transaction, closed(firstBlock, 3), children));
    const refused = { code: "db/conflict" };
    for (const children of [
      [one, three],
      [one, two],
      [two, three],
      [both, two, three],
      [one, two, three, 99],
    ]) {
      await expect(close(1, children), children.join()).rejects.toMatchObject(refused);
    }
    await close(1, [both, three]);
    expect((await loadPendingBatches(db)).map(({ firstBlock }) => firstBlock)).toEqual([1]);
  });

  it("become final and unproven as a whole", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    for (const [first, last] of [
      [1, 1],
      [2, 4],
      [5, 5],
    ] as const)
      await insertBatch(db, closed(first, last));
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
    await insertBatch(db, closed(1, 1));
    await insertBatch(db, closed(2, 4));
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
