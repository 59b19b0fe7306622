import { bigintToBytes, bytesToBigint, NO_REFERENCE, REFERENCE_BITS, type SignedTransaction } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import { boundOf, ENTRY_SOURCE, type Place } from "./places.ts";
import type { StoredTransactionStatus, Tables } from "./schema.ts";
import { decodeSignedTransaction, encodeSignedTransaction } from "./signed-transaction.ts";
import {
  address,
  amountColumn,
  bytesColumn,
  numberColumn,
  optionalAmount,
  textColumn,
  toJson,
  word,
} from "./values.ts";

/** A transaction and what became of it, as stored. */
export interface StoredTransaction {
  /** The message hash m. */
  readonly id: bigint;
  /** Place in the order of execution. */
  readonly sequence: number;
  /** Id of the group's first transaction. */
  readonly groupId: bigint;
  readonly groupPosition: number;
  readonly groupSize: number;
  readonly signed: SignedTransaction;
  /** Owner of the sender's account, when it was last looked at. */
  readonly fromOwner: bigint;
  readonly status: StoredTransactionStatus;
  /** Set exactly when confirmed. */
  readonly inclusion: { readonly blockNumber: number; readonly slot: number } | null;
  /** Decoded, once executed. */
  readonly amount: bigint | null;
  readonly fee: bigint | null;
  /** Account that it created. */
  readonly createdIndex: number | null;
  /** Why it was rejected. */
  readonly rejection: object | null;
  readonly receivedAtMs: number;
  /** Its reference is its sender's word, which L1 does not confirm; written by `recallTransaction` alone. */
  readonly isRecalled?: true;
}

/**
 * An unusual step in a transaction's life: requeued, replaced, rejected, expired; before `requeued` and `unproven` also
 * the steps that they undo.
 */
export interface TransactionEvent {
  readonly transactionId: bigint;
  readonly atMs: number;
  readonly type: string;
  readonly details: object;
}

/** Inserts transactions, or brings the status of stored ones up to date; one statement whatever their number. */
export async function upsertTransactions(db: Db, transactions: readonly StoredTransaction[]): Promise<void> {
  if (transactions.length === 0) return;
  const columns = transactions.map(({ signed }) => signed.transaction);
  await sql`
    insert into transactions (id, sequence, group_id, group_position, group_size, signed, from_index, from_owner,
      to_index, to_owner, nonce, token_id, valid_until, reference, status, block_number, slot, amount, fee,
      created_index, rejection, received_at_ms)
    select id, sequence, group_id, group_position::int, group_size::int, signed, from_index::int, from_owner,
      to_index::int, to_owner, nonce, token_id, valid_until, reference, status, block_number, slot::int, amount, fee,
      created_index::int, rejection::jsonb, received_at_ms
    from unnest(
      ${bytesColumn(transactions.map(({ id }) => word(id)))},
      ${numberColumn(transactions.map(({ sequence }) => sequence))},
      ${bytesColumn(transactions.map(({ groupId }) => word(groupId)))},
      ${numberColumn(transactions.map(({ groupPosition }) => groupPosition))},
      ${numberColumn(transactions.map(({ groupSize }) => groupSize))},
      ${bytesColumn(transactions.map(({ signed }) => encodeSignedTransaction(signed)))},
      ${numberColumn(columns.map(({ from }) => from))},
      ${bytesColumn(transactions.map(({ fromOwner }) => address(fromOwner)))},
      ${numberColumn(transactions.map(receivingIndex))},
      ${bytesColumn(columns.map((signed) => (signed.type === "withdraw" ? null : address(signed.toOwner))))},
      ${numberColumn(columns.map(({ nonce }) => nonce))},
      ${numberColumn(columns.map(({ tokenId }) => tokenId))},
      ${numberColumn(columns.map(({ validUntil }) => validUntil))},
      ${bytesColumn(columns.map(({ reference }) => (reference === NO_REFERENCE ? null : referenceBytes(reference))))},
      ${textColumn(transactions.map(({ status }) => status))},
      ${numberColumn(transactions.map(({ inclusion }) => inclusion?.blockNumber ?? null))},
      ${numberColumn(transactions.map(({ inclusion }) => inclusion?.slot ?? null))},
      ${amountColumn(transactions.map(({ amount }) => amount))},
      ${amountColumn(transactions.map(({ fee }) => fee))},
      ${numberColumn(transactions.map(({ createdIndex }) => createdIndex))},
      ${textColumn(transactions.map(({ rejection }) => (rejection === null ? null : toJson(rejection))))},
      ${numberColumn(transactions.map(({ receivedAtMs }) => receivedAtMs))}
    ) as t (id, sequence, group_id, group_position, group_size, signed, from_index, from_owner, to_index, to_owner,
      nonce, token_id, valid_until, reference, status, block_number, slot, amount, fee, created_index, rejection,
      received_at_ms)
    on conflict (id) do update set
      sequence = excluded.sequence, status = excluded.status, block_number = excluded.block_number,
      slot = excluded.slot, amount = excluded.amount, fee = excluded.fee, from_owner = excluded.from_owner,
      to_index = excluded.to_index, created_index = excluded.created_index, rejection = excluded.rejection, group_id = excluded.group_id,
      group_position = excluded.group_position, group_size = excluded.group_size, signed = excluded.signed,
      is_recalled = false
  `.execute(db);
}

/** The transaction of an id, undefined if unknown. Throws `db/corrupt`. */
export async function findTransaction(db: Db, id: bigint): Promise<StoredTransaction | undefined> {
  const row = await db.selectFrom("transactions").selectAll().where("id", "=", word(id)).executeTakeFirst();
  return row && toTransaction(row);
}

/** Those of the ids that are stored, in no order. Throws `db/corrupt`. */
export async function findTransactions(db: Db, ids: readonly bigint[]): Promise<StoredTransaction[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom("transactions").selectAll().where("id", "in", ids.map(word)).execute();
  return rows.map(toTransaction);
}

/** The transactions of a group in their order. Throws `db/corrupt`. */
export async function loadGroup(db: Db, groupId: bigint): Promise<StoredTransaction[]> {
  const rows = await db
    .selectFrom("transactions")
    .selectAll()
    .where("group_id", "=", word(groupId))
    .orderBy("group_position")
    .execute();
  return rows.map(toTransaction);
}

/** Transactions waiting for their turn, in order of sequence. Throws `db/corrupt`. */
export async function loadPool(db: Db): Promise<StoredTransaction[]> {
  const rows = await db
    .selectFrom("transactions")
    .selectAll()
    .where("status", "=", "received")
    .orderBy("sequence")
    .execute();
  return rows.map(toTransaction);
}

/** L2 transactions of a block by slot. Throws `db/corrupt`. */
export async function loadBlockTransactions(db: Db, blockNumber: number): Promise<StoredTransaction[]> {
  const rows = await db
    .selectFrom("transactions")
    .selectAll()
    .where("block_number", "=", blockNumber)
    .orderBy("slot")
    .execute();
  return rows.map(toTransaction);
}

/** A transaction and where it stands in histories. */
export interface PlacedTransaction {
  readonly transaction: StoredTransaction;
  readonly place: Place;
}

/** Transactions with a reference, which anyone may have chosen, newest first. Throws `db/corrupt`. */
export async function listReferencedTransactions(
  db: Db,
  reference: bigint,
  page: { readonly before?: Place | null | undefined; readonly limit: number },
): Promise<PlacedTransaction[]> {
  const { atMs, number } = boundOf(ENTRY_SOURCE.transaction, page.before);
  const rows = await db
    .selectFrom("transactions")
    .selectAll()
    .where("reference", "=", referenceBytes(reference))
    .where(sql<boolean>`(received_at_ms, entry) < (${atMs}, ${number})`)
    .orderBy("received_at_ms", "desc")
    .orderBy("entry", "desc")
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({
    transaction: toTransaction(row),
    place: { atMs: row.received_at_ms, source: ENTRY_SOURCE.transaction, number: row.entry },
  }));
}

/** Transactions of these senders that no block holds. Throws `db/corrupt`. */
export async function findOpenTransactionsOf(db: Db, senders: readonly number[]): Promise<StoredTransaction[]> {
  if (senders.length === 0) return [];
  const rows = await db
    .selectFrom("transactions")
    .selectAll()
    .where("from_index", "in", [...new Set(senders)])
    .where("status", "!=", "confirmed")
    .orderBy("sequence")
    .execute();
  return rows.map(toTransaction);
}

/** The highest sequence assigned so far, 0 if none. */
export async function lastSequence(db: Db): Promise<number> {
  const row = await db
    .selectFrom("transactions")
    .select(({ fn }) => fn.max("sequence").as("last"))
    .executeTakeFirst();
  return row?.last ?? 0;
}

/**
 * Returns the transactions of a block and all later ones to the pool; they keep their sequence, so they run again in
 * the same order. Their histories record the places they lose and the reason; returns their number. Precondition: the
 * blocks are still stored.
 */
export async function requeueTransactions(
  db: Db,
  firstBlock: number,
  note: { readonly atMs: number; readonly reason: string },
): Promise<number> {
  const { rows } = await sql<{ readonly type: string }>`
    with before as (
      select t.id, t.sequence, t.block_number as block, t.slot, greatest(t.received_at_ms, b.opened_at_ms) as confirmed_at,
        b.sealed_at_ms as sealed_at
      from transactions t join blocks b on b.number = t.block_number
      where t.block_number >= ${firstBlock}
    ), requeued as (
      update transactions t
      set status = 'received', block_number = null, slot = null, amount = null, fee = null, created_index = null,
        to_index = case when t.created_index is null then t.to_index else null end
      from before
      where t.id = before.id
      returning t.id
    )
    insert into transaction_events (transaction_id, at_ms, type, details)
    select id, at_ms, type, details
    from before cross join lateral (values
      (1, 'confirmed', confirmed_at, jsonb_build_object('block', block, 'slot', slot)),
      (2, 'sealed', sealed_at, jsonb_build_object('block', block)),
      (3, 'requeued', ${note.atMs}::bigint, jsonb_build_object('reason', ${note.reason}::text, 'block', block))
    ) as steps (step, type, at_ms, details)
    where at_ms is not null
    order by sequence, step
    returning type
  `.execute(db);
  return rows.filter(({ type }) => type === "requeued").length;
}

/** Ids of waiting transactions that had a promised place in a block and lost it. */
export async function loadPromisedIds(db: Db): Promise<Set<bigint>> {
  const rows = await db
    .selectFrom("transactions")
    .select("id")
    .where("status", "=", "received")
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom("transaction_events")
          .select("event")
          .whereRef("transaction_id", "=", "transactions.id")
          .where("type", "=", "requeued"),
      ),
    )
    .execute();
  return new Set(rows.map(({ id }) => bytesToBigint(id)));
}

/** The earliest `validUntil` of the transactions in a block and all later ones, null without any. */
export async function findEarliestDeadline(db: Db, firstBlock: number): Promise<number | null> {
  const row = await db
    .selectFrom("transactions")
    .select(({ fn }) => fn.min("valid_until").as("deadline"))
    .where("block_number", ">=", firstBlock)
    .executeTakeFirst();
  return row?.deadline == null ? null : Number(row.deadline);
}

/** Adds to the histories of stored transactions. */
export async function addTransactionEvents(db: Db, events: readonly TransactionEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto("transaction_events")
    .values(
      events.map(({ transactionId, atMs, type, details }) => ({
        transaction_id: word(transactionId),
        at_ms: atMs,
        type,
        details: toJson(details),
      })),
    )
    .execute();
}

/** The recorded events of a transaction, oldest first. */
export async function listTransactionEvents(db: Db, id: bigint): Promise<TransactionEvent[]> {
  const rows = await db
    .selectFrom("transaction_events")
    .selectAll()
    .where("transaction_id", "=", word(id))
    .orderBy("event")
    .execute();
  return rows.map((row) => ({ transactionId: id, atMs: row.at_ms, type: row.type, details: row.details }));
}

/** Index that a transaction credits: the receiver's, or the created one; null for a withdrawal or before creation. */
function receivingIndex({ signed, createdIndex }: StoredTransaction): number | null {
  return signed.transaction.type === "transfer" ? signed.transaction.to : createdIndex;
}

function referenceBytes(reference: bigint): Uint8Array {
  return bigintToBytes(reference, REFERENCE_BITS / 8);
}

function toTransaction(row: Selectable<Tables["transactions"]>): StoredTransaction {
  return {
    id: bytesToBigint(row.id),
    sequence: row.sequence,
    groupId: bytesToBigint(row.group_id),
    groupPosition: row.group_position,
    groupSize: row.group_size,
    signed: decodeSignedTransaction(row.signed),
    fromOwner: bytesToBigint(row.from_owner),
    status: row.status,
    inclusion:
      row.block_number === null || row.slot === null ? null : { blockNumber: row.block_number, slot: row.slot },
    amount: optionalAmount(row.amount),
    fee: optionalAmount(row.fee),
    createdIndex: row.created_index,
    rejection: row.rejection,
    receivedAtMs: row.received_at_ms,
    ...(row.is_recalled ? { isRecalled: true } : {}),
  };
}
