import { bytesToBigint } from "@cairn/protocol";
import type { Selectable } from "kysely";
import type { Db } from "./database.ts";
import type { L1AttemptKind, L1TransactionPurpose, L1TransactionStatus } from "./l1-tables.ts";
import type { Tables } from "./schema.ts";
import { address, bytes, optionalBytes } from "./values.ts";

/** One signed version of an L1 transaction; versions of a kind differ in fees only. */
export interface L1Attempt {
  readonly kind: L1AttemptKind;
  readonly hash: Uint8Array;
  /** Signed bytes, ready to broadcast. */
  readonly raw: Uint8Array;
  /** In wei per gas. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Of blob transactions only, in wei per blob gas. */
  readonly maxFeePerBlobGas?: bigint;
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

/** What a mined transaction cost its sender. */
export interface L1Cost {
  readonly gasUsed: number;
  readonly blobGasUsed: number;
  readonly paidWei: bigint;
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
  /** Versioned hash of the blob that it carries; null for an ordinary transaction. */
  readonly blobHash: Uint8Array | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly mined: L1Inclusion | null;
  readonly failure: string | null;
  /** Oldest first. */
  readonly attempts: readonly L1Attempt[];
}

/** The blob of an L1 transaction. */
export interface L1Blob {
  readonly versionedHash: Uint8Array;
  /** What travels with it, in the publisher's own encoding. */
  readonly sidecar: Uint8Array;
}

/**
 * Stores a transaction that was never broadcast, with its first version and its blob if it carries one, all or nothing.
 * Throws the driver's error on a used nonce or subject.
 */
export function insertL1Transaction(
  db: Db,
  transaction: Pick<
    StoredL1Transaction,
    "purpose" | "subject" | "content" | "sender" | "nonce" | "recipient" | "data" | "gasLimit"
  >,
  firstAttempt: L1Attempt,
  atMs: number,
  blob: L1Blob | null = null,
): Promise<number> {
  return db.transaction().execute((together) => insertTogether(together, transaction, firstAttempt, atMs, blob));
}

async function insertTogether(
  db: Db,
  transaction: Parameters<typeof insertL1Transaction>[1],
  firstAttempt: L1Attempt,
  atMs: number,
  blob: L1Blob | null,
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
      blob_hash: blob?.versionedHash ?? null,
      created_at_ms: atMs,
      updated_at_ms: atMs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await insertL1Attempt(db, id, 0, firstAttempt);
  if (blob !== null) await db.insertInto("l1_sidecars").values({ transaction_id: id, sidecar: blob.sidecar }).execute();
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
      max_fee_per_blob_gas: attempt.maxFeePerBlobGas?.toString() ?? null,
      sent_at_ms: attempt.sentAtMs,
      kind: attempt.kind,
      created_at_ms: attempt.createdAtMs,
    })
    .execute();
}

/** Whether a version with this hash is stored, under whichever transaction. */
export async function isL1AttemptStored(db: Db, hash: Uint8Array): Promise<boolean> {
  const row = await db.selectFrom("l1_attempts").select("transaction_id").where("hash", "=", hash).executeTakeFirst();
  return row !== undefined;
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

/** What travels with the blob of a transaction; undefined for an ordinary one, and once it is final. */
export async function findL1Sidecar(db: Db, id: number): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom("l1_sidecars").select("sidecar").where("transaction_id", "=", id).executeTakeFirst();
  return row && bytes(row.sidecar);
}

/** The same by the blob's versioned hash, of whichever transaction; undefined also when none was ever sent. */
export async function findL1SidecarOfBlob(db: Db, versionedHash: Uint8Array): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom("l1_sidecars")
    .innerJoin("l1_transactions", "l1_transactions.id", "l1_sidecars.transaction_id")
    .select("l1_sidecars.sidecar")
    .where("l1_transactions.blob_hash", "=", versionedHash)
    .limit(1)
    .executeTakeFirst();
  return row && bytes(row.sidecar);
}

/**
 * Moves a transaction to another state. `mined` is set exactly in `mined`, `final` and `failed` after inclusion; `cost` also
 * when a cancellation was mined in its place. A final one needs its sidecar no longer.
 */
export async function updateL1Transaction(
  db: Db,
  id: number,
  change: {
    readonly status: L1TransactionStatus;
    readonly mined: L1Inclusion | null;
    readonly cost: L1Cost | null;
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
      paid_gas: change.cost?.gasUsed ?? null,
      paid_blob_gas: change.cost?.blobGasUsed ?? null,
      paid_wei: change.cost?.paidWei.toString() ?? null,
      failure: change.failure,
      updated_at_ms: change.atMs,
    })
    .where("id", "=", id)
    .execute();
  if (change.status === "final") await db.deleteFrom("l1_sidecars").where("transaction_id", "=", id).execute();
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
    blobHash: optionalBytes(row.blob_hash),
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
      ...(attempt.max_fee_per_blob_gas === null ? {} : { maxFeePerBlobGas: BigInt(attempt.max_fee_per_blob_gas) }),
      sentAtMs: attempt.sent_at_ms,
    })),
  };
}
