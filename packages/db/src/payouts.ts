import { bytesToBigint, type Payout } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import { BATCH_OF_BLOCK } from "./batches.ts";
import type { Db } from "./database.ts";
import { ENTRY_SOURCE, numberInBlock } from "./places.ts";
import type { PayoutStatus, Tables } from "./schema.ts";
import { address, amountColumn, bytesColumn, numberColumn, optionalBytes } from "./values.ts";

/** A payout of a block. */
export interface OwedPayout extends Payout {
  /** Slot that caused it, whose place in histories it shares. */
  readonly slot?: number | undefined;
}

/** A payout of a block and what became of it on L1. */
export interface StoredPayout {
  readonly blockNumber: number;
  /** Place in the block's list, from 0. */
  readonly position: number;
  /** Slot that caused it; null if unknown. */
  readonly slot: number | null;
  readonly recipient: bigint;
  readonly tokenId: number;
  readonly amount: bigint;
  readonly status: PayoutStatus;
  /** L1 transaction that settled it. */
  readonly l1Transaction: Uint8Array | null;
  /** L1 block of that transaction. */
  readonly l1Block: number | null;
  /** Whether all but its being settled is an archive's word, because L1 had forgotten it. */
  readonly isFromArchive: boolean;
  /** Gas that it would burn, because of which the publisher left it to others; null when it did not. */
  readonly leftGas: number | null;
  /** Time of what caused it, in histories. */
  readonly atMs: number;
}

/** Stores the payouts of a stored block, whose transactions and queue entries are stored, in their order. */
export async function insertPayouts(db: Db, blockNumber: number, payouts: readonly OwedPayout[]): Promise<void> {
  if (payouts.length === 0) return;
  const { transaction, foreign, l1Operation } = ENTRY_SOURCE;
  const numbers = payouts.map(({ slot }, position) => numberInBlock(blockNumber, slot ?? position));
  await sql`
    insert into payouts (block_number, position, recipient, token_id, amount, status, slot, at_ms, cause, cause_number)
    select blocks.number, t.position::int, t.recipient, t.token_id, t.amount,
      case when t.amount = 0 then 'skipped' else 'owed' end, t.slot::int,
      coalesce(caused.received_at_ms, queued.enqueued_at * 1000, blocks.timestamp * 1000),
      case when caused.entry is not null then ${transaction}::int when queued.index is not null then ${l1Operation}::int
        else ${foreign}::int end,
      coalesce(caused.entry, queued.index, t.number)
    from unnest(
      ${numberColumn(payouts.map((_, position) => position))},
      ${bytesColumn(payouts.map(({ recipient }) => address(recipient)))},
      ${numberColumn(payouts.map(({ tokenId }) => tokenId))},
      ${amountColumn(payouts.map(({ amount }) => amount))},
      ${numberColumn(payouts.map(({ slot }) => slot ?? null))},
      ${numberColumn(numbers)}
    ) as t (position, recipient, token_id, amount, slot, number)
    join blocks on blocks.number = ${blockNumber}
    left join transactions as caused on caused.block_number = blocks.number and caused.slot = t.slot
    left join queue_entries as queued
      on t.slot < blocks.l1_operation_count and queued.index = blocks.first_queue_index + t.slot
  `.execute(db);
}

/** A block's payouts in order. */
export async function loadBlockPayouts(db: Db, blockNumber: number): Promise<StoredPayout[]> {
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("block_number", "=", blockNumber)
    .orderBy("position")
    .execute();
  return rows.map(toPayout);
}

/** A payout with its place in the list of its batch, from 0: the lists of the batch's blocks one after another. */
export interface BatchPayout extends StoredPayout {
  readonly batchPosition: number;
}

/** The payouts of a batch's blocks in the order of its list. */
export async function loadBatchPayouts(
  db: Db,
  batch: { readonly firstBlock: number; readonly lastBlock: number },
): Promise<BatchPayout[]> {
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("block_number", ">=", batch.firstBlock)
    .where("block_number", "<=", batch.lastBlock)
    .orderBy("block_number")
    .orderBy("position")
    .execute();
  return rows.map((row, batchPosition) => ({ ...toPayout(row), batchPosition }));
}

/** Where a payout is in the list of its batch. */
export interface PayoutPlace {
  /** First block of the batch. */
  readonly firstBlock: number;
  /** Given by the contract; null until accepted. */
  readonly number: number | null;
  /** From 0, as the contract counts. */
  readonly place: number;
}

/** The places of payouts in the lists of their batches, in the same order; undefined for those of blocks without a batch. */
export async function loadPayoutPlaces(
  db: Db,
  payouts: readonly Pick<StoredPayout, "blockNumber" | "position">[],
): Promise<(PayoutPlace | undefined)[]> {
  if (payouts.length === 0) return [];
  const numbers = sql.join([...new Set(payouts.map(({ blockNumber }) => blockNumber))]);
  const { rows } = await sql<Record<"block" | "first_block" | "earlier", number> & { readonly number: number | null }>`
    select blocks.number as block, batch.first_block, batch.number, (
      select count(*) from payouts
      where payouts.block_number >= batch.first_block and payouts.block_number < blocks.number
    ) as earlier
    from blocks ${BATCH_OF_BLOCK}
    where blocks.number in (${numbers}) and batch.first_block is not null
  `.execute(db);
  const byBlock = new Map(rows.map((row) => [Number(row.block), row]));
  return payouts.map(({ blockNumber, position }) => {
    const row = byBlock.get(blockNumber);
    if (row === undefined) return undefined;
    const number = row.number === null ? null : Number(row.number);
    return { firstBlock: Number(row.first_block), number, place: Number(row.earlier) + position };
  });
}

/** By block, newest first, then in the order of its list: all payouts, those of a recipient, a status, a block. */
export async function listPayouts(
  db: Db,
  filter: {
    readonly recipient?: bigint | undefined;
    readonly status?: PayoutStatus | undefined;
    readonly block?: number | undefined;
    /** Only payouts after this one. */
    readonly after?: { readonly block: number; readonly position: number } | undefined;
    readonly limit: number;
  },
): Promise<StoredPayout[]> {
  const { recipient, status, block: onlyBlock, after } = filter;
  let query = db.selectFrom("payouts").selectAll();
  if (recipient !== undefined) query = query.where("recipient", "=", address(recipient));
  if (status !== undefined) query = query.where("status", "=", status);
  if (onlyBlock !== undefined) query = query.where("block_number", "=", onlyBlock);
  if (after !== undefined) {
    const { block, position } = after;
    // The first condition is what an index can use.
    query = query
      .where("block_number", "<=", block)
      .where(({ eb, or }) => or([eb("block_number", "<", block), eb("position", ">", position)]));
  }
  const rows = await query.orderBy("block_number", "desc").orderBy("position").limit(filter.limit).execute();
  return rows.map(toPayout);
}

/** Marks owed payouts as left for others to pay. */
export async function leavePayouts(
  db: Db,
  payouts: readonly { readonly blockNumber: number; readonly position: number; readonly gas: number }[],
): Promise<void> {
  for (const { blockNumber, position, gas } of payouts) {
    await db
      .updateTable("payouts")
      .set({ left_gas: gas })
      .where("block_number", "=", blockNumber)
      .where("position", "=", position)
      .execute();
  }
}

/** Unmarks payouts that were left to others and burn at most `maxGas`. */
export async function takeBackPayouts(db: Db, maxGas: number): Promise<void> {
  await db.updateTable("payouts").set({ left_gas: null }).where("left_gas", "<=", maxGas).execute();
}

/** Owed payouts that were left to others. */
export async function countLeftPayouts(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("payouts")
    .select(({ fn }) => fn.countAll().as("count"))
    .where("left_gas", "is not", null)
    .where("status", "=", "owed")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * First blocks of the first batches that L1 accepted and that owe payouts which are not left to others, in order, at most
 * `limit`.
 */
export async function loadBatchesOwing(db: Db, limit: number): Promise<number[]> {
  const { rows } = await sql<{ readonly batch: number }>`
    select distinct batch.first_block as batch
    from (
      select distinct block_number as number from payouts where status = 'owed' and left_gas is null
    ) as owing join blocks using (number) ${BATCH_OF_BLOCK}
    where blocks.status in ('proven', 'final') and batch.first_block is not null
    order by batch.first_block
    limit ${limit}
  `.execute(db);
  return rows.map(({ batch }) => Number(batch));
}

/** A row as callers see it. */
export function toPayout(row: Selectable<Tables["payouts"]>): StoredPayout {
  return {
    blockNumber: row.block_number,
    position: row.position,
    slot: row.slot,
    recipient: bytesToBigint(row.recipient),
    tokenId: row.token_id,
    amount: BigInt(row.amount),
    status: row.status,
    l1Transaction: optionalBytes(row.l1_transaction),
    l1Block: row.l1_block,
    isFromArchive: row.from_archive,
    leftGas: row.left_gas,
    atMs: row.at_ms,
  };
}
