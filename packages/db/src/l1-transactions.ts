import { bytesToBigint } from "@cairn/protocol";
import type { Selectable } from "kysely";
import type { Db } from "./database.ts";
import type { L1AttemptKind, L1TransactionPurpose, L1TransactionStatus, Tables } from "./schema.ts";
import { address, bytes } from "./values.ts";

/** One signed version of an L1 transaction; versions of a kind differ in fees only. */
export interface L1Attempt {
  readonly kind: L1AttemptKind;
  readonly hash: Uint8Array;
  /** Signed bytes, ready to broadcast. */
  readonly raw: Uint8Array;
  /** In wei per gas. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly createdAtMs: number;
  /** Null until first broadcast. */
  readonly sentAtMs: number | null;
}

/** Where a version of it was mined. */
export interface L1Inclusion {
  readonly hash: Uint8Array;
  readonly block: number;
  readonly blockHash: Uint8Array;
}

/** An L1 transaction of the publisher: one nonce, one call, one or more signed versions. */
export interface StoredL1Transaction {
  readonly id: number;
  readonly purpose: L1TransactionPurpose;
  /** First block of the batch that it is about; the nonce itself for `fillNonce`. */
  readonly subject: number;
  /**
   * Distinguishes concurrent transactions about one subject: another proof of a rebuilt block, parts of a payout list.
   */
  readonly content: string;
  readonly status: L1TransactionStatus;
  readonly sender: bigint;
  readonly nonce: number;
  readonly recipient: bigint;
  readonly data: Uint8Array;
  readonly gasLimit: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly mined: L1Inclusion | null;
  readonly failure: string | null;
  /** Oldest first. */
  readonly attempts: readonly L1Attempt[];
}

/**
 * Stores a transaction that was never broadcast, with its first version, both or neither. Throws the driver's error on
 * a used nonce or subject.
 */
export function insertL1Transaction(
  db: Db,
  transaction: Pick<
    StoredL1Transaction,
    "purpose" | "subject" | "content" | "sender" | "nonce" | "recipient" | "data" | "gasLimit"
  >,
  firstAttempt: L1Attempt,
  atMs: number,
): Promise<number> {
  return db.transaction().execute((together) => insertTogether(together, transaction, firstAttempt, atMs));
}

async function insertTogether(
  db: Db,
  transaction: Parameters<typeof insertL1Transaction>[1],
  firstAttempt: L1Attempt,
  atMs: number,
): Promise<number> {
  const { id } = await db
    .insertInto("l1_transactions")
    .values({
      purpose: transaction.purpose,
      subject: transaction.subject,
      content: transaction.content,
      status: "prepared",
      sender: address(transaction.sender),
      nonce: transaction.nonce,
      recipient: address(transaction.recipient),
      data: transaction.data,
      gas_limit: transaction.gasLimit,
      created_at_ms: atMs,
      updated_at_ms: atMs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await insertL1Attempt(db, id, 0, firstAttempt);
  return id;
}

/** Stores another signed version. */
export async function insertL1Attempt(db: Db, id: number, position: number, attempt: L1Attempt): Promise<void> {
  await db
    .insertInto("l1_attempts")
    .values({
      transaction_id: id,
      attempt: position,
      hash: attempt.hash,
      raw: attempt.raw,
      max_fee_per_gas: attempt.maxFeePerGas.toString(),
      max_priority_fee_per_gas: attempt.maxPriorityFeePerGas.toString(),
      sent_at_ms: attempt.sentAtMs,
      kind: attempt.kind,
      created_at_ms: attempt.createdAtMs,
    })
    .execute();
}

/** Records that a version was sent to an L1 node. */
export async function markAttemptSent(db: Db, id: number, hash: Uint8Array, atMs: number): Promise<void> {
  await db
    .updateTable("l1_attempts")
    .set({ sent_at_ms: atMs })
    .where("transaction_id", "=", id)
    .where("hash", "=", hash)
    .execute();
}

/** Moves a transaction to another state. `mined` is set exactly in `mined`, `final` and `failed` after inclusion. */
export async function updateL1Transaction(
  db: Db,
  id: number,
  change: {
    readonly status: L1TransactionStatus;
    readonly mined: L1Inclusion | null;
    readonly failure: string | null;
    readonly atMs: number;
  },
): Promise<void> {
  await db
    .updateTable("l1_transactions")
    .set({
      status: change.status,
      mined_hash: change.mined?.hash ?? null,
      mined_block: change.mined?.block ?? null,
      mined_block_hash: change.mined?.blockHash ?? null,
      failure: change.failure,
      updated_at_ms: change.atMs,
    })
    .where("id", "=", id)
    .execute();
}

/** Transactions that are not settled, by nonce. */
export async function loadLiveL1Transactions(db: Db): Promise<StoredL1Transaction[]> {
  const rows = await db
    .selectFrom("l1_transactions")
    .selectAll()
    .where("status", "in", ["prepared", "sent", "mined"])
    .orderBy("nonce")
    .execute();
  return Promise.all(rows.map((row) => withAttempts(db, row)));
}

/**
 * Settled transactions of a sender whose nonces are `nonce` or higher: if the chain has not used these nonces, a reorg
 * removed the transactions.
 */
export async function loadSettledL1TransactionsFrom(
  db: Db,
  sender: bigint,
  nonce: number,
): Promise<StoredL1Transaction[]> {
  const rows = await db
    .selectFrom("l1_transactions")
    .selectAll()
    .where("sender", "=", address(sender))
    .where("nonce", ">=", nonce)
    .where("status", "in", ["final", "failed"])
    .orderBy("nonce")
    .execute();
  return Promise.all(rows.map((row) => withAttempts(db, row)));
}

/** The newest transaction for a purpose, subject and content, undefined if there is none. */
export async function findL1Transaction(
  db: Db,
  purpose: L1TransactionPurpose,
  subject: number,
  content: string,
): Promise<StoredL1Transaction | undefined> {
  const row = await db
    .selectFrom("l1_transactions")
    .selectAll()
    .where("purpose", "=", purpose)
    .where("subject", "=", subject)
    .where("content", "=", content)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && withAttempts(db, row);
}

/** The lowest nonce that no transaction of the sender holds, 0 if there are none. */
export async function nextStoredNonce(db: Db, sender: bigint): Promise<number> {
  const row = await db
    .selectFrom("l1_transactions")
    .select(({ fn }) => fn.max("nonce").as("last"))
    .where("sender", "=", address(sender))
    .where("status", "!=", "abandoned")
    .executeTakeFirst();
  return row?.last == null ? 0 : row.last + 1;
}

async function withAttempts(db: Db, row: Selectable<Tables["l1_transactions"]>): Promise<StoredL1Transaction> {
  const attempts = await db
    .selectFrom("l1_attempts")
    .selectAll()
    .where("transaction_id", "=", row.id)
    .orderBy("attempt")
    .execute();
  const { mined_hash: hash, mined_block: block, mined_block_hash: blockHash } = row;
  return {
    id: row.id,
    purpose: row.purpose,
    subject: row.subject,
    content: row.content,
    status: row.status,
    sender: bytesToBigint(row.sender),
    nonce: row.nonce,
    recipient: bytesToBigint(row.recipient),
    data: bytes(row.data),
    gasLimit: row.gas_limit,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    mined:
      hash === null || block === null || blockHash === null
        ? null
        : { hash: bytes(hash), block, blockHash: bytes(blockHash) },
    failure: row.failure,
    attempts: attempts.map((attempt) => ({
      kind: attempt.kind,
      createdAtMs: attempt.created_at_ms,
      hash: bytes(attempt.hash),
      raw: bytes(attempt.raw),
      maxFeePerGas: BigInt(attempt.max_fee_per_gas),
      maxPriorityFeePerGas: BigInt(attempt.max_priority_fee_per_gas),
      sentAtMs: attempt.sent_at_ms,
    })),
  };
}
