import { decodeL1Operation, encodeL1Operation, type L1Operation, SLOT_KIND } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { Tables } from "./schema.ts";
import { address, bytes } from "./values.ts";

/** An entry of the L1 queue and its place on L1. */
export interface QueueEntry {
  /** Position in the queue, from 0. */
  readonly index: number;
  readonly operation: L1Operation;
  /** Queue hash after it. */
  readonly hashAfter: Uint8Array;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
  readonly l1Transaction: Uint8Array;
  /** Seconds, of its L1 block. */
  readonly enqueuedAt: number;
  /** Whether its place on L1, but not its time, is an archive's word, because L1 had forgotten it. */
  readonly isFromArchive: boolean;
}

/** Stores entries that are not stored yet. */
export async function insertQueueEntries(db: Db, entries: readonly QueueEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insertInto("queue_entries")
    .values(
      entries.map((entry) => ({
        index: entry.index,
        record: encodeL1Operation(entry.operation),
        hash_after: entry.hashAfter,
        l1_block: entry.l1Block,
        l1_block_hash: entry.l1BlockHash,
        l1_transaction: entry.l1Transaction,
        enqueued_at: entry.enqueuedAt,
        from_archive: entry.isFromArchive,
      })),
    )
    .execute();
}

/** Entries from position `first` on, at most `limit`. Throws `protocol/malformed-record`. */
export async function loadQueueEntries(db: Db, first: number, limit: number): Promise<QueueEntry[]> {
  const rows = await db
    .selectFrom("queue_entries")
    .selectAll()
    .where("index", ">=", first)
    .orderBy("index")
    .limit(limit)
    .execute();
  return rows.map(toQueueEntry);
}

/** The entries at these positions, in no order. Throws `protocol/malformed-record`. */
export async function loadQueueEntriesAt(db: Db, positions: readonly number[]): Promise<QueueEntry[]> {
  if (positions.length === 0) return [];
  const rows = await db.selectFrom("queue_entries").selectAll().where("index", "in", positions).execute();
  return rows.map(toQueueEntry);
}

/** Which deposits to list; those of an owner, or of an L1 transaction. */
export interface DepositFilter {
  readonly owner?: bigint | undefined;
  readonly l1Transaction?: Uint8Array | undefined;
}

/** Deposits, newest first, before an earlier one when given; at most `limit`. Throws `protocol/malformed-record`. */
export async function listDeposits(
  db: Db,
  { owner, l1Transaction }: DepositFilter,
  page: {
    readonly before?: { readonly enqueuedAt: number; readonly position: number } | null | undefined;
    readonly limit: number;
  },
): Promise<QueueEntry[]> {
  const { before } = page;
  let query = db
    .selectFrom("queue_entries")
    .selectAll()
    .where(sql<boolean>`get_byte(record, 0) = ${sql.lit(SLOT_KIND.deposit)}`);
  if (before != null)
    query = query.where(sql<boolean>`(enqueued_at, index) < (${before.enqueuedAt}, ${before.position})`);
  if (l1Transaction !== undefined) query = query.where("l1_transaction", "=", l1Transaction);
  if (owner !== undefined) query = query.where(sql<boolean>`substring(record from 2 for 20) = ${address(owner)}`);
  const rows = await query.orderBy("enqueued_at", "desc").orderBy("index", "desc").limit(page.limit).execute();
  return rows.map(toQueueEntry);
}

/** When L1 got the entries at these positions, in seconds, by position; omits positions without an entry. */
export async function loadEnqueueTimes(db: Db, positions: readonly number[]): Promise<Map<number, number>> {
  if (positions.length === 0) return new Map();
  const rows = await db
    .selectFrom("queue_entries")
    .select(["index", "enqueued_at"])
    .where("index", "in", positions)
    .execute();
  return new Map(rows.map(({ index, enqueued_at }) => [index, enqueued_at]));
}

/** The last entry, undefined when there is none. */
export async function findLastQueueEntry(db: Db): Promise<QueueEntry | undefined> {
  const row = await db.selectFrom("queue_entries").selectAll().orderBy("index", "desc").limit(1).executeTakeFirst();
  return row && toQueueEntry(row);
}

/** Removes the entries of an L1 block and later ones: a reorg removed them. Returns how many. */
export async function deleteQueueEntriesFrom(db: Db, l1Block: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("queue_entries")
    .where("l1_block", ">=", l1Block)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** A row as callers see it. Throws `protocol/malformed-record`. */
export function toQueueEntry(row: Selectable<Tables["queue_entries"]>): QueueEntry {
  return {
    index: row.index,
    operation: decodeL1Operation(bytes(row.record)),
    hashAfter: bytes(row.hash_after),
    l1Block: row.l1_block,
    l1BlockHash: bytes(row.l1_block_hash),
    l1Transaction: bytes(row.l1_transaction),
    enqueuedAt: row.enqueued_at,
    isFromArchive: row.from_archive,
  };
}
