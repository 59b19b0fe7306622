import { bigintToBytes, bytesToBigint, REFERENCE_BITS } from "@cairn/protocol";
import type { Selectable, Updateable } from "kysely";
import type { Db } from "./database.ts";
import type { Tables } from "./schema.ts";
import { address, bytes, optionalBigint, optionalBytes } from "./values.ts";

/** A place in the log of events, as the node's reader of it counts. */
export interface StoredPosition {
  readonly number: number;
  readonly atMs: number;
  readonly parts: number;
}

/** An address that is told what happens, and how far it has been told. */
export interface StoredWebhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** What it is told of; null for no restriction. */
  readonly account: number | null;
  readonly owner: bigint | null;
  readonly reference: bigint | null;
  /** Types of messages; empty for all. */
  readonly types: readonly string[];
  /** 32 bytes, with which messages are signed. */
  readonly secret: Uint8Array;
  /** The one before, which signs too until a time. */
  readonly oldSecret: { readonly secret: Uint8Array; readonly untilMs: number } | null;
  /** Why nothing is sent; null while it is. */
  readonly paused: "operator" | "gone" | null;
  /** How far the log has become messages. */
  readonly position: StoredPosition;
  /** Rounds in a row in which nothing was taken. */
  readonly failures: number;
  /** Nothing is sent before. */
  readonly retryAtMs: number;
  readonly lastDeliveredAtMs: number | null;
  readonly lastFailure: { readonly atMs: number; readonly reason: string } | null;
  readonly createdAtMs: number;
}

/** What may change of a webhook at the operator's wish. */
export type WebhookChange = Partial<
  Pick<StoredWebhook, "url" | "description" | "account" | "owner" | "reference" | "types" | "paused">
>;

/** Stores a webhook, unless there are `maximum` already; returns whether it did. */
export async function insertWebhook(db: Db, webhook: StoredWebhook, maximum: number): Promise<boolean> {
  const { count } = await db
    .selectFrom("webhooks")
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  if (Number(count) >= maximum) return false;
  const { position, createdAtMs } = webhook;
  await db
    .insertInto("webhooks")
    .values({
      id: webhook.id,
      url: webhook.url,
      description: webhook.description,
      account: webhook.account,
      owner: webhook.owner === null ? null : address(webhook.owner),
      reference: webhook.reference === null ? null : referenceBytes(webhook.reference),
      types: JSON.stringify(webhook.types),
      secret: webhook.secret,
      position_number: position.number,
      position_at_ms: position.atMs,
      position_parts: position.parts,
      created_at_ms: createdAtMs,
    })
    .execute();
  return true;
}

/** All webhooks, oldest first. */
export async function listWebhooks(db: Db): Promise<StoredWebhook[]> {
  const rows = await db.selectFrom("webhooks").selectAll().orderBy("created_at_ms").orderBy("id").execute();
  return rows.map(toWebhook);
}

/** The webhook of an id; undefined if unknown. */
export async function findWebhook(db: Db, id: string): Promise<StoredWebhook | undefined> {
  const row = await db.selectFrom("webhooks").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toWebhook(row);
}

/** Changes a webhook, which is then tried at once; returns whether there is one. */
export async function updateWebhook(db: Db, id: string, change: WebhookChange): Promise<boolean> {
  const { owner, reference, types, ...rest } = change;
  const values: Updateable<Tables["webhooks"]> = {
    ...rest,
    ...(owner === undefined ? {} : { owner: owner === null ? null : address(owner) }),
    ...(reference === undefined ? {} : { reference: reference === null ? null : referenceBytes(reference) }),
    ...(types === undefined ? {} : { types: JSON.stringify(types) }),
    failures: 0,
    retry_at_ms: 0,
  };
  const { numUpdatedRows } = await db
    .updateTable("webhooks")
    .set(values)
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/**
 * Gives a webhook a new secret, in one step: the one that it had signs too until a time, also when two change it at once.
 * Returns whether there is one.
 */
export async function rotateWebhookSecret(
  db: Db,
  id: string,
  secret: Uint8Array,
  oldUntilMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("webhooks")
    .set(({ ref }) => ({
      old_secret: ref("secret"),
      old_secret_until_ms: oldUntilMs,
      secret,
      failures: 0,
      retry_at_ms: 0,
    }))
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** Deletes a webhook and its messages; returns whether there was one. */
export async function deleteWebhook(db: Db, id: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom("webhooks").where("id", "=", id).executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}

function referenceBytes(reference: bigint): Uint8Array {
  return bigintToBytes(reference, REFERENCE_BITS / 8);
}

function toWebhook(row: Selectable<Tables["webhooks"]>): StoredWebhook {
  const { old_secret: old, old_secret_until_ms: untilMs, last_failed_at_ms: failedAtMs } = row;
  const oldSecret = optionalBytes(old);
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    account: row.account,
    owner: optionalBigint(row.owner),
    reference: row.reference === null ? null : bytesToBigint(row.reference),
    types: row.types,
    secret: bytes(row.secret),
    oldSecret: oldSecret === null || untilMs === null ? null : { secret: oldSecret, untilMs },
    paused: row.paused,
    position: { number: row.position_number, atMs: row.position_at_ms, parts: row.position_parts },
    failures: row.failures,
    retryAtMs: row.retry_at_ms,
    lastDeliveredAtMs: row.last_delivered_at_ms,
    lastFailure: failedAtMs === null ? null : { atMs: failedAtMs, reason: row.last_failure ?? "" },
    createdAtMs: row.created_at_ms,
  };
}
