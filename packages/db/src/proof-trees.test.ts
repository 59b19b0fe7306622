import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchActions, MADE } from "../test/batch-actions.ts";
import { batchProof, blockProof, blockProofs, closedBatch, mergeProof } from "../test/batches.ts";
import { emptyTables } from "../test/empty-tables.ts";
import { sealBlocks } from "../test/sealed-blocks.ts";
import {
  type Db,
  deleteBlocksFrom,
  findBatch,
  findProof,
  findWitness,
  insertBatch,
  insertProofsAhead,
  listBatches,
  loadChildProofs,
  loadPendingBatches,
  loadProofs,
  loadProofsToMake,
  loadUnbatchedBlocks,
  noteProofBegun,
  type ProofTree,
  pruneInnerProofs,
  rejectProof,
  reopenBatches,
  storeProof,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const engines = createTestDatabases();
const WORD = new Uint8Array(32);

describe.each(["embedded", "server"] as const)("trees of proofs on the %s engine", (engine) => {
  let db: Db;
  beforeAll(async () => {
    await engines[engine].start();
    db = (await (await engines[engine].create()).open()).db;
  });
  afterAll(() => engines[engine].stop());
  beforeEach(() => emptyTables(db));

  const { close, closeForeign, toMake, makeAll, accept } = batchActions(() => db);

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
    expect([await findWitness(db, 3), await findWitness(db, 4)]).toEqual([WORD, undefined]);
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
    await db.deleteFrom("proofs").where("last_block", "=", 1).executeTakeFirstOrThrow();
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
    await insertBatch(db, { ...closedBatch(2, 3), submitter: 8n }, batchProof(2, 3, blockProofs(2, 3)));
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

  it("go when their blocks are final, except for the last ones, which L1 verified", async () => {
    await sealBlocks(db, [1, 2, 3, 4, 5]);
    await close(1, 4, [mergeProof(1, 2), blockProof(3), blockProof(4)]);
    await insertProofsAhead(db, [blockProof(5)], 1);
    await makeAll();
    await accept(1, 1, 20);
    await pruneInnerProofs(db, 4);
    const left = await loadProofs(db, 1, 5);
    expect(left.map(({ kind, firstBlock, state }) => [kind, firstBlock, state])).toEqual([
      ["batch", 1, "made"],
      ["block", 5, "made"],
    ]);
    expect((await findBatch(db, 1))?.proof).toEqual(MADE.proof);
    await pruneInnerProofs(db, 2);
    expect((await loadProofs(db, 1, 5)).length).toBe(2);
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
});
