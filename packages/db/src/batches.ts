import { bytesToBigint, CairnError } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import type { Tables } from "./schema.ts";
import { bytes, optionalBytes, toJson, word } from "./values.ts";

/** Where on L1 a batch was accepted. */
export interface BatchAcceptance {
  /** Number given by the contract. */
  readonly number: number;
  readonly l1Transaction: Uint8Array;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
}

/** Consecutive blocks under one proof. */
export interface StoredBatch {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly circuitType: number;
  readonly publicInput: bigint;
  /** Null until it is made. */
  readonly proof: Uint8Array | null;
  /** What the prover reported about it: seconds, memory. */
  readonly proofDetails: object | null;
  readonly readyAtMs: number | null;
  /** Proofs made so far that L1 did not accept. */
  readonly badProofs: number;
  /** Null until accepted. */
  readonly acceptance: BatchAcceptance | null;
}

/** Stores a batch whose proof is to be made, unless it is stored already. */
export async function insertBatch(
  db: Db,
  batch: Pick<StoredBatch, "firstBlock" | "lastBlock" | "circuitType" | "publicInput">,
): Promise<void> {
  await db
    .insertInto("batches")
    .values({
      first_block: batch.firstBlock,
      last_block: batch.lastBlock,
      circuit_type: batch.circuitType,
      public_input: word(batch.publicInput),
    })
    .onConflict((conflict) => conflict.column("first_block").doNothing())
    .execute();
}

/**
 * Stores a proof for the batch if it still has this public input: a rebuilt block has another one.
 * Returns whether it did.
 */
export async function storeProof(
  db: Db,
  firstBlock: number,
  found: { readonly publicInput: bigint; readonly proof: Uint8Array; readonly details: object; readonly atMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("batches")
    .set({ proof: found.proof, proof_details: toJson(found.details), ready_at_ms: found.atMs })
    .where("first_block", "=", firstBlock)
    .where("public_input", "=", word(found.publicInput))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A proof that L1 does not accept, kept as evidence. */
export interface RejectedProof {
  readonly firstBlock: number;
  readonly publicInput: bigint;
  readonly proof: Uint8Array;
  /** What the prover reported with it. */
  readonly details: object | null;
  readonly rejectedAtMs: number;
}

/** Removes a proof that L1 does not accept from its batch, counts it, and keeps it as evidence. */
export async function rejectProof(db: Db, firstBlock: number, atMs: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const batch = await findBatch(transaction, firstBlock);
    if (batch === undefined || batch.proof === null) return;
    await transaction
      .insertInto("rejected_proofs")
      .values({
        first_block: firstBlock,
        public_input: word(batch.publicInput),
        proof: batch.proof,
        details: batch.proofDetails === null ? null : toJson(batch.proofDetails),
        rejected_at_ms: atMs,
      })
      .execute();
    await transaction
      .updateTable("batches")
      .set(({ eb }) => ({ proof: null, proof_details: null, ready_at_ms: null, bad_proofs: eb("bad_proofs", "+", 1) }))
      .where("first_block", "=", firstBlock)
      .execute();
  });
}

/** The newest rejected proofs, at most `limit`. */
export async function listRejectedProofs(db: Db, limit: number): Promise<RejectedProof[]> {
  const rows = await db.selectFrom("rejected_proofs").selectAll().orderBy("id", "desc").limit(limit).execute();
  return rows.map((row) => ({
    firstBlock: row.first_block,
    publicInput: bytesToBigint(row.public_input),
    proof: bytes(row.proof),
    details: row.details,
    rejectedAtMs: row.rejected_at_ms,
  }));
}

/** Resets the count of bad proofs of every batch, so that they are tried again. */
export async function resetBadProofs(db: Db): Promise<void> {
  await db.updateTable("batches").set({ bad_proofs: 0 }).where("bad_proofs", ">", 0).execute();
}

/**
 * Records that L1 accepted the batch; its blocks are proven from now on. Throws `db/conflict` if it is no longer
 * stored.
 */
export async function markBatchAccepted(
  db: Db,
  firstBlock: number,
  acceptance: BatchAcceptance & { readonly atMs: number },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("batches")
    .set({
      number: acceptance.number,
      l1_transaction: acceptance.l1Transaction,
      l1_block: acceptance.l1Block,
      l1_block_hash: acceptance.l1BlockHash,
    })
    .where("first_block", "=", firstBlock)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new CairnError<DbErrorCode>("db/conflict", `batch ${firstBlock} is not stored`);
  await sql`
    update blocks set status = 'proven', proven_at_ms = ${acceptance.atMs}
    where status = 'sealed' and number between ${firstBlock}
      and (select last_block from batches where first_block = ${firstBlock})
  `.execute(db);
}

/**
 * Undoes every acceptance in an L1 block from `l1Block` on: a reorg removed it. The transactions' histories record it.
 * Returns the blocks that are no longer proven.
 */
export async function revokeAcceptancesFrom(db: Db, l1Block: number, atMs: number): Promise<number[]> {
  await sql`
    insert into transaction_events (transaction_id, at_ms, type, details)
    select id, at_ms, type, details
    from transactions t
    join blocks b on b.number = t.block_number
    join batches on b.number between batches.first_block and batches.last_block and batches.l1_block >= ${l1Block}
    cross join lateral (values
      (1, 'proven', b.proven_at_ms, jsonb_build_object('block', b.number, 'batch', batches.number)),
      (2, 'unproven', ${atMs}::bigint,
        jsonb_build_object('reason', 'a reorg of L1 removed the batch'::text, 'block', b.number))
    ) as steps (step, type, at_ms, details)
    where at_ms is not null
    order by t.sequence, step
  `.execute(db);
  const { rows } = await sql<{ number: number }>`
    update blocks set status = 'sealed', proven_at_ms = null, final_at_ms = null
    from batches
    where batches.l1_block >= ${l1Block} and blocks.number between batches.first_block and batches.last_block
    returning blocks.number
  `.execute(db);
  await db
    .updateTable("batches")
    .set({ number: null, l1_transaction: null, l1_block: null, l1_block_hash: null })
    .where("l1_block", ">=", l1Block)
    .execute();
  return rows.map(({ number }) => Number(number)).sort((a, b) => a - b);
}

/** Marks the blocks of batches accepted up to a finalised L1 block as final; returns those newly final, in order. */
export async function markFinal(db: Db, finalizedL1Block: number, atMs: number): Promise<number[]> {
  const { rows } = await sql<{ readonly number: number }>`
    update blocks set status = 'final', final_at_ms = ${atMs}
    from batches
    where batches.l1_block <= ${finalizedL1Block} and blocks.status = 'proven'
      and blocks.number between batches.first_block and batches.last_block
    returning blocks.number
  `.execute(db);
  return rows.map(({ number }) => Number(number)).sort((a, b) => a - b);
}

/** The batch that starts with a block, undefined if there is none. */
export async function findBatch(db: Db, firstBlock: number): Promise<StoredBatch | undefined> {
  const row = await db.selectFrom("batches").selectAll().where("first_block", "=", firstBlock).executeTakeFirst();
  return row && toBatch(row);
}

/** The batch with a number assigned by the contract, undefined if there is none. */
export async function findBatchByNumber(db: Db, number: number): Promise<StoredBatch | undefined> {
  const row = await db.selectFrom("batches").selectAll().where("number", "=", number).executeTakeFirst();
  return row && toBatch(row);
}

/** Batches by first block, newest first. */
export async function listBatches(
  db: Db,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<StoredBatch[]> {
  const rows = await db
    .selectFrom("batches")
    .selectAll()
    .$if(page.before !== undefined, (query) => query.where("first_block", "<", page.before ?? 0))
    .orderBy("first_block", "desc")
    .limit(page.limit)
    .execute();
  return rows.map(toBatch);
}

/** Batches of this node that L1 has not accepted, in order; at most `limit`. */
export async function loadPendingBatches(db: Db, limit = 1024): Promise<StoredBatch[]> {
  const rows = await db
    .selectFrom("batches")
    .innerJoin("blocks", "blocks.number", "batches.first_block")
    .selectAll("batches")
    .where("batches.l1_block", "is", null)
    .where("blocks.origin", "=", "own")
    .orderBy("batches.first_block")
    .limit(limit)
    .execute();
  return rows.map(toBatch);
}

/** What a prover needs to know about a batch, and how many of its proofs L1 has refused. */
export type BatchWithoutProof = Pick<StoredBatch, "firstBlock" | "publicInput" | "badProofs">;

/** Batches of this node without a proof and with fewer than `maxBadProofs` refused ones, in order; at most `limit`. */
export async function loadBatchesWithoutProof(
  db: Db,
  { maxBadProofs, limit }: { readonly maxBadProofs: number; readonly limit: number },
): Promise<BatchWithoutProof[]> {
  const rows = await db
    .selectFrom("batches")
    .innerJoin("blocks", "blocks.number", "batches.first_block")
    .select(["batches.first_block", "batches.public_input", "batches.bad_proofs"])
    .where("batches.l1_block", "is", null)
    .where("batches.proof", "is", null)
    .where("batches.bad_proofs", "<", maxBadProofs)
    .where("blocks.origin", "=", "own")
    .orderBy("batches.first_block")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    firstBlock: row.first_block,
    publicInput: bytesToBigint(row.public_input),
    badProofs: row.bad_proofs,
  }));
}

/** How many batches without a proof had at least `maxBadProofs` refused. */
export async function countGivenUpBatches(db: Db, maxBadProofs: number): Promise<number> {
  const { count } = await db
    .selectFrom("batches")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("l1_block", "is", null)
    .where("proof", "is", null)
    .where("bad_proofs", ">=", maxBadProofs)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How many batches are ready: their proofs are made and L1 has not accepted them. */
export async function countReadyBatches(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("batches")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("l1_block", "is", null)
    .where("proof", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toBatch(row: Selectable<Tables["batches"]>): StoredBatch {
  return {
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    circuitType: row.circuit_type,
    publicInput: bytesToBigint(row.public_input),
    proof: optionalBytes(row.proof),
    proofDetails: row.proof_details,
    readyAtMs: row.ready_at_ms,
    badProofs: row.bad_proofs,
    acceptance: toAcceptance(row),
  };
}

function toAcceptance(row: Selectable<Tables["batches"]>): BatchAcceptance | null {
  const { number, l1_transaction: l1Transaction, l1_block: l1Block, l1_block_hash: l1BlockHash } = row;
  if (number === null || l1Transaction === null || l1Block === null || l1BlockHash === null) return null;
  return { number, l1Transaction: bytes(l1Transaction), l1Block, l1BlockHash: bytes(l1BlockHash) };
}
