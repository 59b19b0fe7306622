import { bytesToBigint, CairnError, type DataSource, type LastCircuit } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import { insertProofTree, type ProofTree } from "./proof-trees.ts";
import type { Tables } from "./schema.ts";
import { address, bytes, optionalBytes, word } from "./values.ts";

/** Where on L1 a batch was accepted. */
export interface BatchAcceptance {
  /** Number given by the contract. */
  readonly number: number;
  readonly l1Transaction: Uint8Array;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
}

/** What L1 sees: consecutive blocks under one last proof. */
export interface StoredBatch {
  /** Identifies it here: batches do not overlap. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly circuit: LastCircuit;
  /** How its cells travel. */
  readonly dataSource: DataSource;
  /** L1 account that submits it; the last proof is worthless to others. */
  readonly submitter: bigint;
  /** keccak256 of the cells in the calldata, or the blob's versioned hash. */
  readonly dataCommitment: Uint8Array;
  /** Where its lists are evaluated: identifies its content, how it travels and who submits it. */
  readonly point: bigint;
  /** When it was decided that it consists of these blocks. */
  readonly closedAtMs: number;
  /** The last proof of its tree; null when others made the batch. */
  readonly proofId: number | null;
  /** What L1 verifies; null until it is made. */
  readonly proof: Uint8Array | null;
  /** What the prover reported about it: seconds, memory. */
  readonly proofDetails: object | null;
  readonly readyAtMs: number | null;
  /** How often L1 did not accept what was made. */
  readonly badProofs: number;
  /** Null until accepted. */
  readonly acceptance: BatchAcceptance | null;
}

/** A batch whose blocks are decided. */
export type ClosedBatch = Pick<
  StoredBatch,
  "firstBlock" | "lastBlock" | "circuit" | "dataSource" | "submitter" | "dataCommitment" | "point" | "closedAtMs"
>;

/**
 * Joins each of the `blocks` of a query with its batch, if it has one, as `batch`. Batches do not overlap, so only the
 * last one that begins at or before a block can hold it.
 */
export const BATCH_OF_BLOCK = sql`
  left join lateral (
    select * from batches where batches.first_block <= blocks.number order by batches.first_block desc limit 1
  ) as batch on batch.last_block >= blocks.number`;

/**
 * Stores a batch of this node and the tree of its proofs, of which those that are there already are taken over. Throws
 * `db/conflict` unless it begins after the last batch and all its blocks are stored as sealed, and as `insertProofTree`.
 */
export async function insertBatch(db: Db, batch: ClosedBatch, plan: ProofTree): Promise<void> {
  await assertNext(db, batch);
  const { firstBlock, lastBlock, circuit } = batch;
  const isOfBatch = plan.kind === "batch" && plan.circuit === circuit;
  if (!isOfBatch || plan.firstBlock !== firstBlock || plan.lastBlock !== lastBlock) {
    const problem = `a ${plan.circuit} of blocks ${plan.firstBlock} to ${plan.lastBlock} is not the last proof of batch ${firstBlock}`;
    throw new CairnError<DbErrorCode>("db/conflict", problem);
  }
  await insertRow(db, batch, await insertProofTree(db, plan, batch.closedAtMs));
}

/** Stores a batch that others made, which needs no proof here. Throws `db/conflict` like {@link insertBatch}. */
export async function insertForeignBatch(db: Db, batch: ClosedBatch): Promise<void> {
  await assertNext(db, batch);
  await insertRow(db, batch, null);
}

/** Batches follow one another without gaps: a block that they skipped would never be proven. */
async function assertNext(db: Db, { firstBlock, lastBlock }: ClosedBatch): Promise<void> {
  const { rows } = await sql<{ readonly sealed: number; readonly next: number }>`
    select count(*) as sealed, (select coalesce(max(last_block), 0) + 1 from batches) as next
    from blocks where status = 'sealed' and number between ${firstBlock} and ${lastBlock}
  `.execute(db);
  const [sealed, next] = [Number(rows[0]?.sealed ?? 0), Number(rows[0]?.next ?? 0)];
  if (sealed > 0 && sealed === lastBlock - firstBlock + 1 && firstBlock === next) return;
  const problem = `blocks ${firstBlock} to ${lastBlock} cannot be the next batch: ${sealed} are sealed, it begins with ${next}`;
  throw new CairnError<DbErrorCode>("db/conflict", problem);
}

async function insertRow(db: Db, batch: ClosedBatch, proofId: number | null): Promise<void> {
  await db
    .insertInto("batches")
    .values({
      first_block: batch.firstBlock,
      last_block: batch.lastBlock,
      circuit: batch.circuit,
      data_source: batch.dataSource,
      submitter: address(batch.submitter),
      data_commitment: batch.dataCommitment,
      point: word(batch.point),
      proof_id: proofId,
      closed_at_ms: batch.closedAtMs,
    })
    .execute();
}

/**
 * Undoes the closing of every batch that L1 has not accepted and another account was to submit; also that of later batches.
 * Their blocks wait for the batcher again, and proofs of blocks and merges stay. Nothing while L1 has revoked a batch of
 * others. Returns how many batches there were.
 */
export async function reopenBatches(db: Db, submitter: bigint): Promise<number> {
  const { rows } = await sql<{ readonly proof_id: number }>`
    delete from proofs where id in (
      select proof_id from batches
      where l1_block is null
        and first_block >= (select min(first_block) from batches where l1_block is null and submitter <> ${address(submitter)})
        and not exists (select from batches where l1_block is null and proof_id is null)
    ) returning id as proof_id
  `.execute(db);
  return rows.length;
}

/**
 * Undoes the closing of a batch that L1 has not accepted, and of all later ones, as {@link reopenBatches} does: its last proof
 * is to be made for other terms. Returns how many batches there were.
 */
export async function reopenBatchesFrom(db: Db, firstBlock: number): Promise<number> {
  const { rows } = await sql<{ readonly proof_id: number }>`
    delete from proofs where id in (
      select proof_id from batches
      where l1_block is null and first_block >= ${firstBlock}
        and not exists (select from batches where l1_block is null and proof_id is null)
    ) returning id as proof_id
  `.execute(db);
  return rows.length;
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

/**
 * Marks the blocks of batches accepted up to a finalised L1 block as final; returns those newly final, in order. L1
 * accepts batches in the order of their blocks, so the last such batch decides.
 */
export async function markFinal(db: Db, finalizedL1Block: number, atMs: number): Promise<number[]> {
  const { rows } = await sql<{ readonly number: number }>`
    update blocks set status = 'final', final_at_ms = ${atMs}
    where status = 'proven' and number <= (select max(last_block) from batches where l1_block <= ${finalizedL1Block})
    returning number
  `.execute(db);
  return rows.map(({ number }) => Number(number)).sort((a, b) => a - b);
}

/** The batch that starts with a block, undefined if there is none. */
export async function findBatch(db: Db, firstBlock: number): Promise<StoredBatch | undefined> {
  const row = await batchesWithProofs(db).where("batches.first_block", "=", firstBlock).executeTakeFirst();
  return row && toBatch(row);
}

/** Which blocks a batch holds, and how far it is. */
export type BatchSummary = Pick<StoredBatch, "firstBlock" | "lastBlock"> & {
  /** Its last proof is made. */
  readonly isReady: boolean;
  /** Given by the contract; null until accepted. */
  readonly number: number | null;
};

/** The batches that hold blocks of a range, in order. */
export async function loadBatchesOfBlocks(db: Db, firstBlock: number, lastBlock: number): Promise<BatchSummary[]> {
  const rows = await db
    .selectFrom("batches")
    .leftJoin("proofs", "proofs.id", "batches.proof_id")
    .select(["batches.first_block", "batches.last_block", "batches.number", "proofs.made_at_ms"])
    .where("batches.first_block", "<=", lastBlock)
    .where("batches.last_block", ">=", firstBlock)
    .orderBy("batches.first_block")
    .execute();
  return rows.map((row) => ({
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    isReady: row.made_at_ms !== null,
    number: row.number,
  }));
}

/** Batches by first block, newest first. */
export async function listBatches(
  db: Db,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<StoredBatch[]> {
  const rows = await batchesWithProofs(db)
    .$if(page.before !== undefined, (query) => query.where("batches.first_block", "<", page.before ?? 0))
    .orderBy("batches.first_block", "desc")
    .limit(page.limit)
    .execute();
  return rows.map(toBatch);
}

/** Batches of this node that L1 has not accepted, in order; at most `limit`. */
export async function loadPendingBatches(db: Db, limit = 1024): Promise<StoredBatch[]> {
  const rows = await batchesWithProofs(db)
    .where("batches.l1_block", "is", null)
    .where("batches.proof_id", "is not", null)
    .orderBy("batches.first_block")
    .limit(limit)
    .execute();
  return rows.map(toBatch);
}

/** How many batches are ready: their last proofs are made and L1 has not accepted them. */
export async function countReadyBatches(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("batches")
    .innerJoin("proofs", "proofs.id", "batches.proof_id")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("batches.l1_block", "is", null)
    .where("proofs.proof", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

function batchesWithProofs(db: Db) {
  return db
    .selectFrom("batches")
    .leftJoin("proofs", "proofs.id", "batches.proof_id")
    .selectAll("batches")
    .select(["proofs.proof", "proofs.details", "proofs.made_at_ms", "proofs.refusals"]);
}

type BatchRow = Selectable<Tables["batches"]> & {
  readonly [Column in "proof" | "details" | "made_at_ms" | "refusals"]: Selectable<Tables["proofs"]>[Column] | null;
};

function toBatch(row: BatchRow): StoredBatch {
  return {
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    circuit: row.circuit,
    dataSource: row.data_source,
    submitter: bytesToBigint(row.submitter),
    dataCommitment: bytes(row.data_commitment),
    point: bytesToBigint(row.point),
    closedAtMs: row.closed_at_ms,
    proofId: row.proof_id,
    proof: optionalBytes(row.proof),
    proofDetails: row.details,
    readyAtMs: row.made_at_ms,
    badProofs: row.refusals ?? 0,
    acceptance: toAcceptance(row),
  };
}

function toAcceptance(row: BatchRow): BatchAcceptance | null {
  const { number, l1_transaction: l1Transaction, l1_block: l1Block, l1_block_hash: l1BlockHash } = row;
  if (number === null || l1Transaction === null || l1Block === null || l1BlockHash === null) return null;
  return { number, l1Transaction: bytes(l1Transaction), l1Block, l1BlockHash: bytes(l1BlockHash) };
}
