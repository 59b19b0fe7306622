import {
  type BatchHeader,
  bytesToBigint,
  decodeBatchHeader,
  decodePayoutList,
  encodeBatchHeader,
  encodePayoutList,
  type Payout,
} from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { Tables } from "./schema.ts";
import { address, bytes } from "./values.ts";

/** What a batch of others published and owes. */
export interface AcceptedContent {
  /** As `cellsToBytes` of the protocol. */
  readonly cells: Uint8Array;
  readonly payouts: readonly Payout[];
}

/** A batch that L1 accepted, whoever made it. */
export interface AcceptedBatch {
  /** Given by the contract. */
  readonly number: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly submitter: bigint;
  readonly header: BatchHeader;
  /** keccak256 of the cells in the calldata, or the blob's versioned hash. */
  readonly dataCommitment: Uint8Array;
  /** keccak256 of the list of payouts. */
  readonly payoutsHash: Uint8Array;
  /** What it published and owes; null when the batch was stored here before it was accepted. */
  readonly content: AcceptedContent | null;
  readonly l1Transaction: Uint8Array;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
  /** Seconds, of that L1 block. */
  readonly l1Timestamp: number;
  /** Whether submitter and place on L1 are an archive's word, because L1 had forgotten them. */
  readonly isFromArchive: boolean;
}

/** An acceptance without what the batch published. */
export type AcceptedSummary = Omit<AcceptedBatch, "content">;

/** What L1 did with one payout of a batch. */
export interface Settlement {
  /** Number given by the contract. */
  readonly batch: number;
  /** In the batch's list: those of its blocks one after another. */
  readonly position: number;
  readonly status: "paid" | "claimable";
  readonly l1Transaction: Uint8Array;
  readonly l1Block: number;
}

/** Stores an acceptance that is not stored yet. */
export async function insertAcceptedBatch(db: Db, batch: AcceptedBatch): Promise<void> {
  await db
    .insertInto("accepted_batches")
    .values({
      number: batch.number,
      first_block: batch.firstBlock,
      last_block: batch.lastBlock,
      submitter: address(batch.submitter),
      header: encodeBatchHeader(batch.header),
      data_commitment: batch.dataCommitment,
      payouts_hash: batch.payoutsHash,
      cells: batch.content?.cells ?? null,
      payouts: batch.content === null ? null : encodePayoutList(batch.content.payouts),
      l1_transaction: batch.l1Transaction,
      l1_block: batch.l1Block,
      l1_block_hash: batch.l1BlockHash,
      l1_timestamp: batch.l1Timestamp,
      from_archive: batch.isFromArchive,
    })
    .execute();
}

/**
 * The first accepted batch that is not among the stored blocks, undefined when all are. Invariant: the batches
 * that are stored are those before it.
 */
export async function findUnadoptedBatch(db: Db): Promise<AcceptedBatch | undefined> {
  const row = await db
    .selectFrom("accepted_batches")
    .selectAll()
    .where("number", ">", ({ selectFrom, fn }) =>
      selectFrom("batches").select(({ lit }) => fn.coalesce(fn.max("number"), lit(0)).as("last")),
    )
    .orderBy("number")
    .limit(1)
    .executeTakeFirst();
  return row && toAcceptedBatch(row);
}

/** The acceptance of a number, undefined if it is not stored. */
export async function findAcceptedBatch(db: Db, number: number): Promise<AcceptedBatch | undefined> {
  const row = await db.selectFrom("accepted_batches").selectAll().where("number", "=", number).executeTakeFirst();
  return row && toAcceptedBatch(row);
}

/** The last acceptance with this data commitment, undefined if none is stored. */
export async function findAcceptedByCommitment(db: Db, dataCommitment: Uint8Array): Promise<AcceptedBatch | undefined> {
  const row = await db
    .selectFrom("accepted_batches")
    .selectAll()
    .where("data_commitment", "=", dataCommitment)
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toAcceptedBatch(row);
}

/** The acceptances of a range of numbers, both ends included, in order. */
export async function loadAcceptedSummaries(db: Db, first: number, last: number): Promise<AcceptedSummary[]> {
  const rows = await db
    .selectFrom("accepted_batches")
    .select([
      "number",
      "first_block",
      "last_block",
      "submitter",
      "header",
      "data_commitment",
      "payouts_hash",
      "l1_transaction",
      "l1_block",
      "l1_block_hash",
      "l1_timestamp",
      "from_archive",
    ])
    .where("number", ">=", first)
    .where("number", "<=", last)
    .orderBy("number")
    .execute();
  return rows.map(toSummary);
}

/**
 * The acceptance of a number, or the newest, of those whose blocks are the ones stored here; undefined if there is none. An
 * acceptance is stored before the blocks of others that it brings.
 */
export async function findOwnAcceptance(db: Db, number: number | "newest"): Promise<AcceptedSummary | undefined> {
  const row = await db
    .selectFrom("accepted_batches as accepted")
    .innerJoin("batches", (join) =>
      join.onRef("batches.first_block", "=", "accepted.first_block").onRef("batches.number", "=", "accepted.number"),
    )
    .select([
      "accepted.number",
      "accepted.first_block",
      "accepted.last_block",
      "accepted.submitter",
      "accepted.header",
      "accepted.data_commitment",
      "accepted.payouts_hash",
      "accepted.l1_transaction",
      "accepted.l1_block",
      "accepted.l1_block_hash",
      "accepted.l1_timestamp",
      "accepted.from_archive",
    ])
    .$if(number !== "newest", (query) => query.where("accepted.number", "=", Number(number)))
    .orderBy("accepted.number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toSummary(row);
}

/** Number of stored acceptances. */
export async function countAcceptedBatches(db: Db): Promise<number> {
  const row = await db
    .selectFrom("accepted_batches")
    .select(({ fn }) => fn.max("number").as("last"))
    .executeTakeFirst();
  return row?.last ?? 0;
}

/** The last stored acceptance, undefined before the first. */
export async function findLastAcceptedBatch(db: Db): Promise<AcceptedBatch | undefined> {
  const row = await db.selectFrom("accepted_batches").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
  return row && toAcceptedBatch(row);
}

/** Deletes the acceptances in an L1 block and later ones: a reorg removed them. */
export async function deleteAcceptedBatchesFrom(db: Db, l1Block: number): Promise<void> {
  await db.deleteFrom("accepted_batches").where("l1_block", ">=", l1Block).execute();
}

/**
 * Records what L1 shows of a payout, in the place of what an archive said, even if the payouts of its batch are not stored
 * yet.
 */
export async function insertSettlement(db: Db, settlement: Settlement): Promise<void> {
  const { batch, position } = settlement;
  await db
    .deleteFrom("settlements")
    .where("batch", "=", batch)
    .where("position", "=", position)
    .where("from_archive", "=", true)
    .execute();
  await db
    .insertInto("settlements")
    .values({
      batch: settlement.batch,
      position: settlement.position,
      status: settlement.status,
      l1_transaction: settlement.l1Transaction,
      l1_block: settlement.l1Block,
    })
    .execute();
  await applySettlements(db, settlement.batch);
}

/** Applies the settlements of a batch to its stored payouts, whichever of its blocks they are of. */
export async function applySettlements(db: Db, batch: number): Promise<void> {
  await sql`
    update payouts
    set status = settlements.status, l1_transaction = settlements.l1_transaction, l1_block = settlements.l1_block,
      from_archive = settlements.from_archive
    from settlements join (
      select payouts.block_number, payouts.position,
        row_number() over (order by payouts.block_number, payouts.position) - 1 as batch_position
      from batches join payouts on payouts.block_number between batches.first_block and batches.last_block
      where batches.number = ${batch}
    ) as listed on listed.batch_position = settlements.position
    where settlements.batch = ${batch}
      and payouts.block_number = listed.block_number and payouts.position = listed.position
  `.execute(db);
}

/** Deletes the settlements in an L1 block and later ones, and undoes them in the payouts: a reorg removed them. */
export async function revokeSettlementsFrom(db: Db, l1Block: number): Promise<void> {
  await db.deleteFrom("settlements").where("l1_block", ">=", l1Block).execute();
  await db
    .updateTable("payouts")
    .set({ status: "owed", l1_transaction: null, l1_block: null, from_archive: false })
    .where("l1_block", ">=", l1Block)
    .execute();
}

function toAcceptedBatch(row: Selectable<Tables["accepted_batches"]>): AcceptedBatch {
  const { cells, payouts } = row;
  const isKept = cells !== null && payouts !== null;
  return {
    ...toSummary(row),
    content: isKept ? { cells: bytes(cells), payouts: decodePayoutList(bytes(payouts)) } : null,
  };
}

function toSummary(row: Omit<Selectable<Tables["accepted_batches"]>, "cells" | "payouts">): AcceptedSummary {
  return {
    number: row.number,
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    submitter: bytesToBigint(row.submitter),
    header: decodeBatchHeader(bytes(row.header)),
    dataCommitment: bytes(row.data_commitment),
    payoutsHash: bytes(row.payouts_hash),
    l1Transaction: bytes(row.l1_transaction),
    l1Block: row.l1_block,
    l1BlockHash: bytes(row.l1_block_hash),
    l1Timestamp: row.l1_timestamp,
    isFromArchive: row.from_archive,
  };
}
