import { bytesToBigint } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import { numberInBlock } from "./places.ts";
import type { L1OutcomeType, Tables } from "./schema.ts";
import {
  address,
  amountColumn,
  bytesColumn,
  numberColumn,
  optionalAmount,
  optionalBigint,
  textColumn,
} from "./values.ts";

/** What an L1 operation of a block did. */
export interface StoredL1Outcome {
  /** Of the queue entry. */
  readonly position: number;
  readonly blockNumber: number;
  readonly slot: number;
  readonly type: L1OutcomeType;
  /** Account that it changed; null when none. */
  readonly account: number | null;
  /** What was credited, refunded or paid out; null when nothing moved. */
  readonly moved: { readonly tokenId: number; readonly amount: bigint } | null;
}

/** What a block's L1 operation did; block, slot and position follow from its place in the block. */
export type L1OutcomeContent = Pick<StoredL1Outcome, "type" | "account" | "moved">;

/** Fees that a block credited to an account. */
export interface StoredFeeCredit {
  readonly blockNumber: number;
  /** In the block's list of fee accounts. */
  readonly position: number;
  readonly account: number;
  readonly owner: bigint;
  readonly tokenId: number;
  readonly amount: bigint;
}

/** A transaction that a block of others published; its id, reference and time are known to its sender alone. */
export interface StoredForeignTransaction {
  readonly blockNumber: number;
  readonly slot: number;
  readonly kind: "transfer" | "transferToNew" | "withdraw";
  readonly from: { readonly index: number; readonly owner: bigint };
  /** Null for a withdrawal. */
  readonly to: { readonly index: number; readonly owner: bigint } | null;
  /** L1 address of a withdrawal. */
  readonly recipient: bigint | null;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly fee: bigint;
}

/** Stores what the L1 operations of a stored block did, in the order of the queue; its entries must be stored. */
export async function insertL1Outcomes(
  db: Db,
  blockNumber: number,
  outcomes: readonly L1OutcomeContent[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await sql`
    insert into l1_outcomes (position, block_number, slot, type, account, token_id, amount, at_ms, hash_after)
    select queue_entries.index, blocks.number, slot::int, type, account::int, token_id, amount, enqueued_at * 1000,
      queue_entries.hash_after
    from unnest(
      ${numberColumn(outcomes.map((_, slot) => slot))},
      ${textColumn(outcomes.map(({ type }) => type))},
      ${numberColumn(outcomes.map(({ account }) => account))},
      ${numberColumn(outcomes.map(({ moved }) => moved?.tokenId ?? null))},
      ${amountColumn(outcomes.map(({ moved }) => moved?.amount ?? null))}
    ) as t (slot, type, account, token_id, amount)
    join blocks on blocks.number = ${blockNumber}
    join queue_entries on queue_entries.index = blocks.first_queue_index + slot
  `.execute(db);
}

/** Stores the fees that a stored block credited. */
export async function insertFeeCredits(
  db: Db,
  blockNumber: number,
  credits: readonly Omit<StoredFeeCredit, "blockNumber">[],
): Promise<void> {
  if (credits.length === 0) return;
  await sql`
    insert into fee_credits (block_number, position, account, owner, token_id, amount, at_ms)
    select blocks.number, position::int, account::int, owner, token_id, amount, blocks.timestamp * 1000
    from unnest(
      ${numberColumn(credits.map(({ position }) => position))},
      ${numberColumn(credits.map(({ account }) => account))},
      ${bytesColumn(credits.map(({ owner }) => address(owner)))},
      ${numberColumn(credits.map(({ tokenId }) => tokenId))},
      ${amountColumn(credits.map(({ amount }) => amount))}
    ) as t (position, account, owner, token_id, amount)
    join blocks on blocks.number = ${blockNumber}
  `.execute(db);
}

/** Stores transactions of a stored block that are not known here otherwise. */
export async function insertForeignTransactions(
  db: Db,
  blockNumber: number,
  transactions: readonly Omit<StoredForeignTransaction, "blockNumber">[],
): Promise<void> {
  if (transactions.length === 0) return;
  const addresses = (values: readonly (bigint | null | undefined)[]) =>
    bytesColumn(values.map((value) => (value == null ? null : address(value))));
  await sql`
    insert into foreign_transactions (block_number, slot, kind, from_index, from_owner, to_index, to_owner, recipient,
      token_id, amount, fee, at_ms)
    select blocks.number, slot::int, kind, from_index::int, from_owner, to_index::int, to_owner, recipient,
      token_id, amount, fee, blocks.timestamp * 1000
    from unnest(
      ${numberColumn(transactions.map(({ slot }) => slot))},
      ${textColumn(transactions.map(({ kind }) => kind))},
      ${numberColumn(transactions.map(({ from }) => from.index))},
      ${addresses(transactions.map(({ from }) => from.owner))},
      ${numberColumn(transactions.map(({ to }) => to?.index ?? null))},
      ${addresses(transactions.map(({ to }) => to?.owner))},
      ${addresses(transactions.map(({ recipient }) => recipient))},
      ${numberColumn(transactions.map(({ tokenId }) => tokenId))},
      ${amountColumn(transactions.map(({ amount }) => amount))},
      ${amountColumn(transactions.map(({ fee }) => fee))}
    ) as t (slot, kind, from_index, from_owner, to_index, to_owner, recipient, token_id, amount, fee)
    join blocks on blocks.number = ${blockNumber}
  `.execute(db);
}

/** What the queue entries at these positions did, as far as blocks hold them, in no order. */
export async function loadL1Outcomes(db: Db, positions: readonly number[]): Promise<StoredL1Outcome[]> {
  if (positions.length === 0) return [];
  const rows = await db.selectFrom("l1_outcomes").selectAll().where("position", "in", positions).execute();
  return rows.map(toOutcome);
}

/** What the L1 operations of a block did, by slot. */
export async function loadBlockOutcomes(db: Db, blockNumber: number): Promise<StoredL1Outcome[]> {
  const rows = await db
    .selectFrom("l1_outcomes")
    .selectAll()
    .where("block_number", "=", blockNumber)
    .orderBy("slot")
    .execute();
  return rows.map(toOutcome);
}

/** Fees that blocks of a range credited, both ends included, in order. */
export async function loadFeeCredits(db: Db, first: number, last: number): Promise<StoredFeeCredit[]> {
  const rows = await db
    .selectFrom("fee_credits")
    .selectAll()
    .where("block_number", ">=", first)
    .where("block_number", "<=", last)
    .orderBy("block_number")
    .orderBy("position")
    .execute();
  return rows.map(toFeeCredit);
}

/** Transactions that a block of others published and that are not known here otherwise, by slot. */
export async function loadForeignTransactions(db: Db, blockNumber: number): Promise<StoredForeignTransaction[]> {
  const rows = await db
    .selectFrom("foreign_transactions")
    .selectAll()
    .where("block_number", "=", blockNumber)
    .orderBy("slot")
    .execute();
  return rows.map(toForeignTransaction);
}

/** A row as callers see it. */
export function toOutcome(row: Selectable<Tables["l1_outcomes"]>): StoredL1Outcome {
  const amount = optionalAmount(row.amount);
  return {
    position: row.position,
    blockNumber: row.block_number,
    slot: row.slot,
    type: row.type,
    account: row.account,
    moved: amount === null || row.token_id === null ? null : { tokenId: row.token_id, amount },
  };
}

/** A row as callers see it. */
export function toFeeCredit(row: Selectable<Tables["fee_credits"]>): StoredFeeCredit {
  return {
    blockNumber: row.block_number,
    position: row.position,
    account: row.account,
    owner: bytesToBigint(row.owner),
    tokenId: row.token_id,
    amount: BigInt(row.amount),
  };
}

/** A row as callers see it. */
export function toForeignTransaction(row: Selectable<Tables["foreign_transactions"]>): StoredForeignTransaction {
  const toOwner = optionalBigint(row.to_owner);
  return {
    blockNumber: row.block_number,
    slot: row.slot,
    kind: row.kind,
    from: { index: row.from_index, owner: bytesToBigint(row.from_owner) },
    to: toOwner === null || row.to_index === null ? null : { index: row.to_index, owner: toOwner },
    recipient: optionalBigint(row.recipient),
    tokenId: row.token_id,
    amount: BigInt(row.amount),
    fee: BigInt(row.fee),
  };
}

/** Number in histories of a foreign transaction. */
export function foreignNumber({ blockNumber, slot }: Pick<StoredForeignTransaction, "blockNumber" | "slot">): number {
  return numberInBlock(blockNumber, slot);
}
