import {
  accountIndex,
  bigintToBytes,
  bytesToBigint,
  bytesToHex,
  decodeFloat40,
  hexToBytes,
  type PaymentRequest,
  REFERENCE_BITS,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { BlockStatus, Tables } from "./schema.ts";
import { decodeSignedTransaction } from "./signed-transaction.ts";
import { address, optionalAmount, word } from "./values.ts";

/** A request as stored; what became of it follows from the transactions. */
export interface StoredPaymentRequest extends PaymentRequest {
  readonly createdAtMs: number;
}

/** Stores a request, unless it is there already or its account has too many that are open. */
export async function insertPaymentRequest(
  db: Db,
  id: string,
  request: StoredPaymentRequest,
  maxPerAccount: number,
): Promise<"stored" | "known" | "full"> {
  if ((await findPaymentRequest(db, id)) !== undefined) return "known";
  const open = await db
    .selectFrom("payment_requests")
    .select(({ fn }) => fn.countAll().as("count"))
    .where("account", "=", request.account)
    .where("expires_at", ">=", Math.floor(request.createdAtMs / 1000))
    .executeTakeFirst();
  if (Number(open?.count ?? 0) >= maxPerAccount) return "full";
  await db
    .insertInto("payment_requests")
    .values({
      id: hexToBytes(id, 32),
      account: request.account,
      owner: address(request.owner),
      key: word(request.key),
      token_id: request.tokenId,
      amount: request.amount.toString(),
      reference: referenceBytes(request.reference),
      expires_at: request.expiresAt,
      created_at_ms: request.createdAtMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return "stored";
}

/** Number of requests, open and expired ones. */
export async function countPaymentRequests(db: Db): Promise<number> {
  const row = await db
    .selectFrom("payment_requests")
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** The request of an id; undefined if unknown. */
export async function findPaymentRequest(db: Db, id: string): Promise<StoredPaymentRequest | undefined> {
  const row = await db
    .selectFrom("payment_requests")
    .selectAll()
    .where("id", "=", hexToBytes(id, 32))
    .executeTakeFirst();
  return row && toRequest(row);
}

/** Requests on an account with a reference, by id, the newest first. */
export async function findRequestsFor(
  db: Db,
  { account, reference }: { readonly account: number; readonly reference: bigint },
  limit: number,
): Promise<Map<string, StoredPaymentRequest>> {
  const rows = await db
    .selectFrom("payment_requests")
    .selectAll()
    .where("reference", "=", referenceBytes(reference))
    .where("account", "=", account)
    .orderBy("created_at_ms", "desc")
    .limit(limit)
    .execute();
  return new Map(rows.map((row) => [bytesToHex(row.id), toRequest(row)]));
}

/** A transaction that pays a request, or is to. */
export interface StoredPayment {
  readonly id: bigint;
  /** Null while a whole balance waits for a block. */
  readonly amount: bigint | null;
  /** The block that holds it; null while it waits for one. */
  readonly block: {
    readonly number: number;
    readonly slot: number;
    readonly status: BlockStatus;
    /** Seconds. */
    readonly timestamp: number;
  } | null;
  /** That it carries the reference is its sender's word. */
  readonly isRecalled: boolean;
}

/** What was paid in time and late, and how certain the least certain payment in time is. */
export interface PaidSums {
  readonly inTime: bigint;
  readonly late: bigint;
  /** By transactions of which only their senders say that they carry the reference; in none of the other sums. */
  readonly recalled: bigint;
  /** Status of the block; null when nothing was paid in time. */
  readonly leastCertain: BlockStatus | null;
}

/**
 * All that was paid on an account with a reference, in blocks until a second or after it. What another owner got counts for
 * nothing: where blocks are dropped, an account may come to somebody else.
 */
export async function sumPayments(
  db: Db,
  { account, owner, reference, expiresAt }: Pick<PaymentRequest, "account" | "owner" | "reference" | "expiresAt">,
): Promise<PaidSums> {
  const { rows } = await sql<{
    readonly in_time: boolean;
    readonly status: BlockStatus;
    readonly is_recalled: boolean;
    readonly sum: string;
  }>`
    select b.timestamp <= ${expiresAt} as in_time, b.status, t.is_recalled, sum(t.amount)::text as sum
    from transactions t join blocks b on b.number = t.block_number
    where t.to_index = ${account} and t.reference = ${referenceBytes(reference)} and t.status = 'confirmed'
      and t.to_owner = ${address(owner)}
    group by 1, 2, 3
  `.execute(db);
  const sumOf = (some: typeof rows) => some.reduce((total, { sum }) => total + BigInt(sum), 0n);
  const known = rows.filter((row) => !row.is_recalled);
  const inTime = known.filter((row) => row.in_time);
  const order: readonly BlockStatus[] = ["open", "sealed", "proven", "final"];
  const ranks = inTime.map(({ status }) => order.indexOf(status));
  return {
    inTime: sumOf(inTime),
    late: sumOf(known.filter((row) => !row.in_time)),
    recalled: sumOf(rows.filter((row) => row.is_recalled)),
    leastCertain: ranks.length === 0 ? null : (order[Math.min(...ranks)] ?? null),
  };
}

/** Transactions that pay on an account with a reference, or are to, oldest first. Throws `db/corrupt`. */
export async function listPayments(
  db: Db,
  { account, owner, reference }: Pick<PaymentRequest, "account" | "owner" | "reference">,
  limit: number,
): Promise<StoredPayment[]> {
  const { rows } = await sql<{
    readonly id: Uint8Array;
    readonly signed: Uint8Array;
    readonly amount: string | null;
    readonly block_number: number | null;
    readonly slot: number | null;
    readonly block_status: BlockStatus | null;
    readonly timestamp: number | null;
    readonly is_recalled: boolean;
  }>`
    select t.id, t.signed, t.amount, t.block_number, t.slot, b.status as block_status, b.timestamp, t.is_recalled
    from transactions t left join blocks b on b.number = t.block_number
    where t.to_index = ${account} and t.reference = ${referenceBytes(reference)} and t.status in ('received', 'confirmed')
      and t.to_owner = ${address(owner)}
    order by t.received_at_ms, t.entry
    limit ${limit}
  `.execute(db);
  return rows.map((row) => ({
    id: bytesToBigint(row.id),
    amount: optionalAmount(row.amount) ?? signedAmount(row.signed),
    isRecalled: row.is_recalled,
    block:
      row.block_number === null || row.slot === null || row.block_status === null
        ? null
        : {
            number: Number(row.block_number),
            slot: row.slot,
            status: row.block_status,
            timestamp: Number(row.timestamp),
          },
  }));
}

/** Deletes requests that expired before a second, some at a time; returns their number. */
export async function deleteExpiredRequests(db: Db, beforeSecond: number, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from payment_requests
    where id in (select id from payment_requests where expires_at < ${beforeSecond} order by expires_at limit ${limit})
    returning 1
  `.execute(db);
  return rows.length;
}

/**
 * Deletes requests that expired before a second, the oldest of the account that has most of them, some at a time; returns
 * their number.
 */
export async function deleteMostExpiredRequests(db: Db, beforeSecond: number, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from payment_requests where id in (
      select id from payment_requests
      where expires_at < ${beforeSecond} and account = (
        select account from payment_requests where expires_at < ${beforeSecond}
        group by account order by count(*) desc limit 1
      )
      order by expires_at limit ${limit}
    )
    returning 1
  `.execute(db);
  return rows.length;
}

/** Whether a transaction that is not refused, or a request, has the reference: memos of others are not kept. */
async function isReferenceUsed(db: Db, reference: Uint8Array): Promise<boolean> {
  const { rows } = await sql<{ readonly used: boolean }>`
    select exists (select 1 from payment_requests where reference = ${reference})
      or exists (select 1 from transactions where reference = ${reference} and status in ('received', 'confirmed')) as used
  `.execute(db);
  return rows[0]?.used === true;
}

/** Stores the memo of a reference that is used; returns whether it is. The same memo again changes nothing. */
export async function storeMemo(
  db: Db,
  memo: { readonly reference: bigint; readonly memo: string; readonly nowMs: number },
): Promise<boolean> {
  const reference = referenceBytes(memo.reference);
  if (!(await isReferenceUsed(db, reference))) return false;
  await db
    .insertInto("memos")
    .values({ reference, memo: memo.memo, stored_at_ms: memo.nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}

/** The memo of a reference; undefined if unknown. */
export async function findMemo(db: Db, reference: bigint): Promise<string | undefined> {
  const row = await db
    .selectFrom("memos")
    .select("memo")
    .where("reference", "=", referenceBytes(reference))
    .executeTakeFirst();
  return row?.memo;
}

/** Deletes memos stored before a time whose references nothing uses any more, some at a time; returns their number. */
export async function deleteUnusedMemos(db: Db, beforeMs: number, limit: number): Promise<number> {
  const { rows } = await sql`
    delete from memos where reference in (
      select m.reference from memos m
      where m.stored_at_ms < ${beforeMs}
        and not exists (select 1 from payment_requests r where r.reference = m.reference)
        and not exists (
          select 1 from transactions t where t.reference = m.reference and t.status in ('received', 'confirmed')
        )
      order by m.stored_at_ms limit ${limit}
    )
    returning 1
  `.execute(db);
  return rows.length;
}

function signedAmount(signed: Uint8Array): bigint | null {
  const { amount } = decodeSignedTransaction(signed).transaction;
  return amount === WHOLE_BALANCE ? null : decodeFloat40(amount);
}

function referenceBytes(reference: bigint): Uint8Array {
  return bigintToBytes(reference, REFERENCE_BITS / 8);
}

function toRequest(row: Selectable<Tables["payment_requests"]>): StoredPaymentRequest {
  return {
    account: accountIndex(row.account),
    owner: bytesToBigint(row.owner),
    key: bytesToBigint(row.key),
    tokenId: tokenId(Number(row.token_id)),
    amount: BigInt(row.amount),
    reference: bytesToBigint(row.reference),
    expiresAt: Number(row.expires_at),
    createdAtMs: Number(row.created_at_ms),
  };
}
