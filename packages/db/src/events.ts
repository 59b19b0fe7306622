import { bytesToBigint } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { EventSubject } from "./event-table.ts";
import type { Tables } from "./schema.ts";

/** Something that happened, as the log has it: what became of one transaction, queue entry, payout, block or batch. */
export interface StoredEvent {
  /** In the order of commits, from 1, without gaps: whoever has read a number has read all before it. */
  readonly number: number;
  /** When it was written, by the database's clock. */
  readonly atMs: number;
  readonly subject: EventSubject;
  /** What became of it: a status, `removed` or `dropped`. */
  readonly status: string;
  /** Of a transaction. */
  readonly id: bigint | null;
  /** Of a batch, its first block. */
  readonly block: number | null;
  /** Slot, position in the L1 queue or in the block's list; of a batch, its last block. */
  readonly position: number | null;
  /** The row that is gone, or what else is no longer stored. */
  readonly old: Readonly<Record<string, unknown>> | null;
}

/**
 * The events after a number, oldest first, at most `limit`. Earlier ones may have been removed: then the first does not follow
 * the number.
 */
export async function loadEvents(db: Db, after: number, limit: number): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("number", ">", after)
    .orderBy("number")
    .limit(limit)
    .execute();
  return rows.map(toEvent);
}

/** The event of a number, undefined if it is not kept or has not happened. */
export async function findEvent(db: Db, number: number): Promise<StoredEvent | undefined> {
  const row = await db.selectFrom("events").selectAll().where("number", "=", number).executeTakeFirst();
  return row && toEvent(row);
}

/**
 * The event before the first that was written at a time or later, undefined if there is none that is kept: whoever reads on
 * from there misses nothing, also when the clock was set back meanwhile.
 */
export async function findEventBefore(db: Db, atMs: number): Promise<StoredEvent | undefined> {
  const firstSince = sql<number>`
    coalesce((select min(number) from events where at_ms >= ${atMs}), ${Number.MAX_SAFE_INTEGER})
  `;
  const row = await db
    .selectFrom("events")
    .selectAll()
    .where("number", "<", firstSince)
    .orderBy("number", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toEvent(row);
}

/** The last event, undefined before the first. */
export async function findLastEvent(db: Db): Promise<StoredEvent | undefined> {
  const row = await db.selectFrom("events").selectAll().orderBy("number", "desc").limit(1).executeTakeFirst();
  return row && toEvent(row);
}

/** Number of the oldest event that is kept; 1 while there is none. */
export async function findFirstEventNumber(db: Db): Promise<number> {
  const row = await db.selectFrom("events").select("number").orderBy("number").limit(1).executeTakeFirst();
  return row?.number ?? 1;
}

/**
 * Removes events older than a time in milliseconds, at most `limit` of them, but never the last, which says what number
 * follows. Returns how many.
 */
export async function pruneEvents(db: Db, keptMs: number, limit: number): Promise<number> {
  // A clock that was set back must leave no gap: only what comes before the first that is kept is removed.
  const { rows } = await sql<{ readonly number: number }>`
    with oldest as (select number, at_ms from events order by number limit ${limit})
    delete from events
    where number <= (select max(number) from oldest)
      and number < (select max(number) from events)
      and number < coalesce((
        select min(number) from oldest where at_ms >= extract(epoch from clock_timestamp()) * 1000 - ${keptMs}
      ), ${Number.MAX_SAFE_INTEGER})
    returning number
  `.execute(db);
  return rows.length;
}

function toEvent(row: Selectable<Tables["events"]>): StoredEvent {
  return {
    number: row.number,
    atMs: row.at_ms,
    subject: row.subject,
    status: row.status,
    id: row.id === null ? null : bytesToBigint(row.id),
    block: row.block_number,
    position: row.position,
    old: row.old === null ? null : { ...row.old },
  };
}
