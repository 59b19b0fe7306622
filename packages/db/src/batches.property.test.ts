import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchProof, blockProof, closedBatch, mergeProof } from "../test/batches.ts";
import { emptyTables } from "../test/empty-tables.ts";
import { sealBlocks } from "../test/sealed-blocks.ts";
import {
  countReadyBatches,
  type Db,
  deleteBlocksFrom,
  findLastSealedBlock,
  findTightest,
  insertBatch,
  insertProofsAhead,
  listBatches,
  loadBlocks,
  loadPendingBatches,
  loadProofs,
  loadProofsToMake,
  loadUnbatchedBlocks,
  markBatchAccepted,
  markFinal,
  readBacklog,
  readProgress,
  rejectProof,
  reopenBatches,
  revokeAcceptancesFrom,
  type StoredBatch,
  type StoredProof,
  storeProof,
} from "./index.ts";
import { createTestDatabases } from "./testing/index.ts";

const databases = createTestDatabases().server;
const WORD = new Uint8Array(32);
const MAX_REFUSALS = 2;
const RUNS = 20;

/** What can happen to blocks, proofs and batches; `pick` chooses among what is there. */
const step = fc.record({
  what: fc.constantFrom(
    "seal",
    "close",
    "close",
    "make",
    "make",
    "make",
    "refuse",
    "accept",
    "accept",
    "final",
    "drop",
    "reopen",
    "plan",
    "reorg",
  ),
  pick: fc.nat(5),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A rollup whose L1 accepts batches in order, one in each of its blocks. */
interface Run {
  readonly db: Db;
  l1Block: number;
}

const isAccepted = ({ acceptance }: StoredBatch): boolean => acceptance !== null;
const oldestFirst = async (db: Db): Promise<StoredBatch[]> => (await listBatches(db, { limit: 1000 })).reverse();

async function act(run: Run, { what, pick }: Step): Promise<void> {
  const { db } = run;
  const last: number = (await findLastSealedBlock(db))?.number ?? 0;
  const batches = await oldestFirst(db);
  switch (what) {
    case "seal":
      return sealBlocks(
        db,
        Array.from({ length: 1 + (pick % 3) }, (_, i) => last + 1 + i),
      );
    case "close":
      return close(db, pick);
    case "make":
      for (let made = 0; made < 2 * pick; made++) {
        const [first] = await loadProofsToMake(db, { maxRefusals: MAX_REFUSALS, limit: 1 });
        if (first !== undefined) await storeProof(db, first.id, { proof: WORD, details: {}, atMs: 1 });
      }
      return;
    case "refuse": {
      const ready = batches.find((batch) => batch.proof !== null && !isAccepted(batch));
      if (ready?.proofId != null) await rejectProof(db, ready.proofId, 1);
      return;
    }
    case "accept": {
      const next = batches.find((batch) => !isAccepted(batch));
      if (next === undefined || next.proof === null) return;
      run.l1Block++;
      const number = batches.filter(isAccepted).length + 1;
      const at = { number, l1Transaction: WORD, l1Block: run.l1Block, l1BlockHash: WORD, atMs: 1 };
      return markBatchAccepted(db, next.firstBlock, at);
    }
    case "final": {
      const limit = run.l1Block - (pick % 2);
      const reached = batches.filter(({ acceptance }) => acceptance !== null && acceptance.l1Block <= limit);
      const blocks = await loadBlocks(db, 1, reached.at(-1)?.lastBlock ?? 0);
      const proven = blocks.filter(({ status }) => status === "proven").map(({ number }): number => number);
      expect(await markFinal(db, limit, 1)).toEqual(proven);
      return;
    }
    case "drop": {
      const kept = batches.filter(isAccepted).at(-1)?.lastBlock ?? 0;
      await db.transaction().execute((transaction) => deleteBlocksFrom(transaction, Math.max(kept + 1, last - pick)));
      return;
    }
    case "reopen":
      expect(await reopenBatches(db, 8n)).toBe(batches.filter((batch) => !isAccepted(batch)).length);
      return;
    case "plan":
      return insertProofsAhead(
        db,
        (await loadUnbatchedBlocks(db, 1 + pick)).map(({ number }) => blockProof(number)),
        1,
      );
    case "reorg": {
      const blocks = await loadBlocks(db, 1, last);
      const lastFinal = blocks.findLast(({ status }) => status === "final")?.number ?? 0;
      const final = batches.find(({ lastBlock }) => lastBlock === lastFinal)?.acceptance?.l1Block ?? 0;
      run.l1Block = Math.max(final, run.l1Block - pick);
      await revokeAcceptancesFrom(db, run.l1Block + 1, 1);
      return;
    }
  }
}

/** Closes a batch of the first blocks without one, with or without merges of the first two of them. */
async function close(db: Db, pick: number): Promise<void> {
  const waiting = await loadUnbatchedBlocks(db, 1 + (pick % 4));
  const [first, last] = [waiting.at(0)?.number, waiting.at(-1)?.number];
  if (first === undefined || last === undefined) return;
  const blocks = waiting.map(({ number }) => blockProof(number));
  const children = pick > 2 && blocks.length > 2 ? [mergeProof(first, first + 1), ...blocks.slice(2)] : blocks;
  await db
    .transaction()
    .execute((transaction) => insertBatch(transaction, closedBatch(first, last), batchProof(first, last, children)));
}

/** What must always hold. */
async function check({ db }: Run): Promise<void> {
  const last = (await findLastSealedBlock(db))?.number ?? 0;
  const [blocks, batches, proofs] = [
    await loadBlocks(db, 1, last),
    await oldestFirst(db),
    await loadProofs(db, 1, last),
  ];
  // Batches hold blocks one after another, each once; what has none is waiting.
  let next = 1;
  for (const { firstBlock, lastBlock } of batches) {
    expect(firstBlock).toBe(next);
    next = lastBlock + 1;
  }
  expect((await loadUnbatchedBlocks(db, 1000)).map(({ number }): number => number)).toEqual(
    Array.from({ length: last + 1 - next }, (_, i) => next + i),
  );
  // A batch and its blocks are accepted together, a prefix of all, and it is ready when its last proof is made.
  expect(batches.map(isAccepted)).toEqual(batches.map(isAccepted).sort((a, b) => Number(b) - Number(a)));
  for (const batch of batches) {
    const statuses = new Set(blocks.slice(batch.firstBlock - 1, batch.lastBlock).map(({ status }) => status));
    expect(statuses.size).toBe(1);
    expect(statuses.has("sealed")).toBe(!isAccepted(batch));
    const own = proofs.find(({ id }) => id === batch.proofId);
    expect(own).toMatchObject({ kind: "batch", firstBlock: batch.firstBlock, lastBlock: batch.lastBlock });
    expect(own?.proof !== null).toBe(batch.proof !== null);
  }
  checkTrees(proofs, batches);
  // Jobs are only about what can be made and is still wanted.
  const known = new Map(proofs.map((own) => [own.id, own]));
  const children = Map.groupBy(proofs, ({ parent }) => parent);
  const statusOf = (number: number) => blocks[number - 1]?.status;
  const toMake = proofs.filter(
    ({ id, parent, proof, refusals, lastBlock }) =>
      proof === null &&
      refusals < MAX_REFUSALS &&
      statusOf(lastBlock) === "sealed" &&
      (parent === null || known.get(parent)?.proof === null) &&
      (children.get(id) ?? []).every((child) => child.proof !== null),
  );
  const jobs = await loadProofsToMake(db, { maxRefusals: MAX_REFUSALS, limit: 1000 });
  expect(new Set(jobs.map(({ id }) => id))).toEqual(new Set(toMake.map(({ id }) => id)));
  await checkCounts(db, batches, blocks.filter(({ status }) => status === "sealed").length);
}

/** The proofs below another tile its blocks, none is left of a tree that was cut, and none belongs to two. */
function checkTrees(proofs: readonly StoredProof[], batches: readonly StoredBatch[]): void {
  const known = new Map(proofs.map((proof) => [proof.id, proof]));
  for (const { parent, firstBlock, lastBlock } of proofs) {
    const above = parent === null ? null : known.get(parent);
    if (above === null) continue;
    expect(above).toBeDefined();
    expect([above?.firstBlock, above?.lastBlock]).toEqual([
      Math.min(firstBlock, above?.firstBlock ?? 0),
      Math.max(lastBlock, above?.lastBlock ?? 0),
    ]);
  }
  for (const { proofId, firstBlock, lastBlock } of batches) {
    const below = proofs.filter(({ parent }) => parent === proofId);
    expect(below.map((proof) => proof.firstBlock)).toEqual([
      firstBlock,
      ...below.slice(0, -1).map((proof) => proof.lastBlock + 1),
    ]);
    expect(below.at(-1)?.lastBlock).toBe(lastBlock);
  }
}

async function checkCounts(db: Db, batches: readonly StoredBatch[], sealed: number): Promise<void> {
  const pending = batches.filter((batch) => !isAccepted(batch));
  const ready = pending.filter(({ proof }) => proof !== null);
  const readyBlocks = ready.reduce((sum, { firstBlock, lastBlock }) => sum + lastBlock - firstBlock + 1, 0);
  expect(await readBacklog(db, null, 0)).toMatchObject({ ready: readyBlocks, withoutProof: sealed - readyBlocks });
  expect(await countReadyBatches(db)).toBe(ready.length);
  expect((await loadPendingBatches(db)).map(({ firstBlock }) => firstBlock)).toEqual(
    pending.map(({ firstBlock }) => firstBlock),
  );
  expect((await readProgress(db)).acceptances.count).toBe(sealed);
  expect((await findTightest(db, 1)) === null).toBe(sealed === 0);
}

describe("blocks, proofs and batches", () => {
  let db: Db;
  beforeAll(async () => {
    await databases.start();
    db = (await (await databases.create()).open()).db;
  });
  afterAll(() => databases.stop());

  it("stay consistent whatever is sealed, closed, proven, refused, accepted, dropped or undone by a reorg", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
        await emptyTables(db);
        const run: Run = { db, l1Block: 100 };
        for (const next of steps) {
          await act(run, next);
          await check(run);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
