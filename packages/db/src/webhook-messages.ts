import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { Tables } from "./schema.ts";
import type { StoredPosition } from "./webhooks.ts";

/** What a webhook is to be told. */
export interface NewWebhookMessage {
  /** The same whenever it is sent. */
  readonly id: string;
  readonly type: string;
  /** Messages that share one are sent in order. */
  readonly lanes: readonly string[];
  /** What is sent, byte by byte. */
  readonly body: string;
  /** Its place in the log of events. */
  readonly position: Pick<StoredPosition, "number" | "parts">;
}

/** A message that has not been taken yet. */
export interface StoredWebhookMessage extends Omit<NewWebhookMessage, "position"> {
  /** The order in which they are sent. */
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly attempts: number;
  /** It is not sent before. */
  readonly nextAttemptAtMs: number;
  readonly firstFailedAtMs: number | null;
  readonly lastFailure: string | null;
  /** When it was given up; null while it waits. */
  readonly deadAtMs: number | null;
}

/** Whether messages wait, or were given up. */
export type WebhookMessageState = "waiting" | "dead";

/**
 * Stores what the log says between two places as messages; false, and nothing is stored, when the webhook is not at `from`
 * any more.
 */
export function appendWebhookMessages(
  db: Db,
  webhook: string,
  place: { readonly from: StoredPosition; readonly to: StoredPosition },
  messages: readonly NewWebhookMessage[],
  nowMs: number,
): Promise<boolean> {
  const { from, to } = place;
  return db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable("webhooks")
      .set({ position_number: to.number, position_at_ms: to.atMs, position_parts: to.parts })
      .where("id", "=", webhook)
      .where("position_number", "=", from.number)
      .where("position_at_ms", "=", from.atMs)
      .where("position_parts", "=", from.parts)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    if (messages.length > 0) {
      const rows = messages.map(({ id, type, lanes, body, position }) => ({
        webhook_id: webhook,
        id,
        type,
        lanes: JSON.stringify(lanes),
        body,
        event_number: position.number,
        event_parts: position.parts,
        created_at_ms: nowMs,
        next_attempt_at_ms: nowMs,
      }));
      // A message that was told before a replay, and is still here, is the same.
      const insert = transaction.insertInto("webhook_messages").values(rows);
      await insert.onConflict((conflict) => conflict.columns(["webhook_id", "id"]).doNothing()).execute();
    }
    return true;
  });
}

/** The messages that are sent next, in order. */
export async function loadWaitingMessages(db: Db, webhook: string, limit: number): Promise<StoredWebhookMessage[]> {
  const rows = await db
    .selectFrom("webhook_messages")
    .selectAll()
    .where("webhook_id", "=", webhook)
    .where("dead_at_ms", "is", null)
    .orderBy("sequence")
    .limit(limit)
    .execute();
  return rows.map(toMessage);
}

/** What became of messages that were sent. */
export interface SentMessages {
  /** Where they were sent: what it says of itself counts only while the webhook still has this address. */
  readonly url: string;
  /** Sequences of those that were taken. */
  readonly delivered: readonly number[];
  readonly failed: readonly {
    readonly sequence: number;
    readonly reason: string;
    readonly nextAttemptAtMs: number;
    readonly isDead: boolean;
  }[];
  /** Of the webhook, after them. */
  readonly failures: number;
  readonly retryAtMs: number;
  /** The receiver wants nothing any more. */
  readonly isGone: boolean;
}

/**
 * Stores what became of messages, all of it together. What was changed while they were on their way stays: a message that was
 * given up is not tried again, and a webhook that was paused stays so.
 */
export async function settleWebhookMessages(db: Db, webhook: string, sent: SentMessages, nowMs: number): Promise<void> {
  const { url, delivered, failed, failures, retryAtMs, isGone } = sent;
  await db.transaction().execute(async (transaction) => {
    // In the same order as `appendWebhookMessages`: first the webhook.
    await transaction
      .updateTable("webhooks")
      .set({
        failures,
        retry_at_ms: retryAtMs,
        ...(delivered.length === 0 ? {} : { last_delivered_at_ms: nowMs }),
        ...(failed.length === 0 ? {} : { last_failed_at_ms: nowMs, last_failure: failed.at(-1)?.reason ?? null }),
        ...(isGone ? { paused: sql<"gone">`coalesce(paused, 'gone')` } : {}),
      })
      .where("id", "=", webhook)
      .where("url", "=", url)
      .execute();
    if (delivered.length > 0) {
      await transaction
        .deleteFrom("webhook_messages")
        .where("webhook_id", "=", webhook)
        .where("sequence", "in", [...delivered])
        .execute();
    }
    for (const { sequence, reason, nextAttemptAtMs, isDead } of failed) {
      await transaction
        .updateTable("webhook_messages")
        .set(({ ref }) => ({
          attempts: sql`${ref("attempts")} + 1`,
          first_failed_at_ms: sql`coalesce(${ref("first_failed_at_ms")}, ${nowMs})`,
          last_failure: reason,
          next_attempt_at_ms: nextAttemptAtMs,
          dead_at_ms: isDead ? nowMs : null,
        }))
        .where("webhook_id", "=", webhook)
        .where("sequence", "=", sequence)
        .where("dead_at_ms", "is", null)
        .execute();
    }
  });
}

/** How many messages of a webhook there are. */
export interface WebhookMessageCounts {
  readonly waiting: number;
  readonly dead: number;
  /** When the oldest of those that wait was made; null without one. */
  readonly oldestWaitingAtMs: number | null;
}

/** The messages of every webhook that has any, counted. */
export async function countWebhookMessages(db: Db): Promise<ReadonlyMap<string, WebhookMessageCounts>> {
  const { rows } = await sql<{
    readonly webhook_id: string;
    readonly waiting: number;
    readonly dead: number;
    readonly oldest: number | null;
  }>`
    select webhook_id,
      count(*) filter (where dead_at_ms is null) as waiting,
      count(*) filter (where dead_at_ms is not null) as dead,
      min(created_at_ms) filter (where dead_at_ms is null) as oldest
    from webhook_messages group by webhook_id
  `.execute(db);
  return new Map(
    rows.map(({ webhook_id, waiting, dead, oldest }) => [
      webhook_id,
      { waiting: Number(waiting), dead: Number(dead), oldestWaitingAtMs: oldest === null ? null : Number(oldest) },
    ]),
  );
}

/** Messages of a state behind a sequence, in order. */
export async function listWebhookMessages(
  db: Db,
  webhook: string,
  state: WebhookMessageState,
  page: { readonly after: number; readonly limit: number },
): Promise<StoredWebhookMessage[]> {
  const rows = await db
    .selectFrom("webhook_messages")
    .selectAll()
    .where("webhook_id", "=", webhook)
    .where("dead_at_ms", state === "dead" ? "is not" : "is", null)
    .where("sequence", ">", page.after)
    .orderBy("sequence")
    .limit(page.limit)
    .execute();
  return rows.map(toMessage);
}

/** Puts dead messages, the given ones or all, behind those that wait; returns how many. */
export async function retryDeadMessages(
  db: Db,
  webhook: string,
  ids: readonly string[] | null,
  nowMs: number,
): Promise<number> {
  const chosen = ids === null ? sql`true` : sql`id = any(${[...ids]}::text[])`;
  const { rows } = await sql`
    with gone as (
      delete from webhook_messages
      where webhook_id = ${webhook} and dead_at_ms is not null and ${chosen}
      returning *
    )
    insert into webhook_messages
      (webhook_id, id, type, lanes, body, event_number, event_parts, created_at_ms, next_attempt_at_ms)
    select webhook_id, id, type, lanes, body, event_number, event_parts, created_at_ms, ${nowMs}::bigint
    from gone order by sequence
    returning 1
  `.execute(db);
  return rows.length;
}

/** Gives up messages that wait, so that those behind them go on; returns how many. */
export async function skipWaitingMessages(
  db: Db,
  webhook: string,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable("webhook_messages")
    .set({ dead_at_ms: nowMs })
    .where("webhook_id", "=", webhook)
    .where("dead_at_ms", "is", null)
    .where("id", "in", [...ids])
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/**
 * Lets a webhook be told again what happened after a place; returns whether there is one. A webhook that has not come that
 * far stays where it is: what it was not told yet must not be left out.
 */
export function rewindWebhook(db: Db, webhook: string, { number, atMs, parts }: StoredPosition): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable("webhooks")
      .set({ failures: 0, retry_at_ms: 0 })
      .where("id", "=", webhook)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    await sql`
      update webhooks set position_number = ${number}, position_at_ms = ${atMs}, position_parts = ${parts}
      where id = ${webhook} and (position_number, position_parts) > (${number}::bigint, ${parts}::int)
    `.execute(transaction);
    // They come again, in their order.
    await sql`
      delete from webhook_messages
      where webhook_id = ${webhook} and (event_number, event_parts) > (${number}::bigint, ${parts}::int)
    `.execute(transaction);
    return true;
  });
}

/** Deletes messages given up before a time, some at a time; returns how many. */
export async function pruneDeadMessages(db: Db, beforeMs: number, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from webhook_messages where sequence in (
      select sequence from webhook_messages where dead_at_ms < ${beforeMs} order by dead_at_ms limit ${limit}
    )
    returning 1
  `.execute(db);
  return rows.length;
}

/** Deletes the oldest messages of a webhook that were given up. */
export async function deleteOldestDeadMessages(db: Db, webhook: string, count: number): Promise<void> {
  await sql`
    delete from webhook_messages where sequence in (
      select sequence from webhook_messages
      where webhook_id = ${webhook} and dead_at_ms is not null order by sequence limit ${count}
    )
  `.execute(db);
}

function toMessage(row: Selectable<Tables["webhook_messages"]>): StoredWebhookMessage {
  return {
    sequence: row.sequence,
    id: row.id,
    type: row.type,
    lanes: row.lanes,
    body: row.body,
    createdAtMs: row.created_at_ms,
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at_ms,
    firstFailedAtMs: row.first_failed_at_ms,
    lastFailure: row.last_failure,
    deadAtMs: row.dead_at_ms,
  };
}
