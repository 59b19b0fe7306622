import { bytesToBigint } from "@cairn/protocol";
import { sql } from "kysely";
import {
  loadL1Outcomes,
  type StoredFeeCredit,
  type StoredForeignTransaction,
  type StoredL1Outcome,
  toFeeCredit,
  toForeignTransaction,
} from "./block-records.ts";
import type { Db } from "./database.ts";
import { type StoredPayout, toPayout } from "./payouts.ts";
import { loadQueueEntriesAt, type QueueEntry } from "./queue-entries.ts";
import type { BlockStatus } from "./schema.ts";
import { findTransactions, type StoredTransaction } from "./transactions.ts";

/** What an entry needs to know of its block. */
export interface EntryBlock {
  readonly number: number;
  readonly status: BlockStatus;
  /** Seconds; null when the block is gone and nothing else says it. */
  readonly timestamp: number | null;
}

/** An entry of a history with all that is stored of it. */
export type StoredEntry =
  | {
      readonly type: "transaction";
      readonly transaction: StoredTransaction;
      readonly block: EntryBlock | null;
      readonly payout: StoredPayout | null;
    }
  | {
      readonly type: "foreign";
      readonly transaction: StoredForeignTransaction;
      readonly block: EntryBlock;
      readonly payout: StoredPayout | null;
    }
  | {
      readonly type: "l1Operation";
      readonly entry: QueueEntry;
      readonly outcome: StoredL1Outcome | null;
      readonly block: EntryBlock | null;
      readonly payout: StoredPayout | null;
    }
  | { readonly type: "fees"; readonly credit: StoredFeeCredit; readonly block: EntryBlock }
  | {
      readonly type: "payout";
      readonly payout: StoredPayout;
      readonly block: EntryBlock;
      /** The transaction or the queue entry that caused it; both null when a transaction of others did. */
      readonly cause: { readonly id: bigint | null; readonly queuePosition: number | null };
    };

/** When an entry came about, as its place in histories says. */
export function entryTimeMs(entry: StoredEntry): number {
  switch (entry.type) {
    case "transaction":
      return entry.transaction.receivedAtMs;
    case "l1Operation":
      return entry.entry.enqueuedAt * 1000;
    case "payout":
      return entry.payout.atMs;
    default:
      return (entry.block.timestamp ?? 0) * 1000;
  }
}

/** A place in a list of a block, or a slot of it. */
export interface InBlock {
  readonly block: number;
  readonly position: number;
}

/** Which entries to load, by source. */
export interface EntryKeys {
  readonly ids: readonly bigint[];
  readonly foreign: readonly InBlock[];
  /** In the L1 queue. */
  readonly positions: readonly number[];
  readonly credits: readonly InBlock[];
  readonly payouts: readonly InBlock[];
}

/** Names of entries among those that were loaded together. */
export const ENTRY_KEY = {
  transaction: (id: bigint) => `t${id}`,
  foreign: ({ block, position }: InBlock) => `f${block}:${position}`,
  l1Operation: (position: number) => `q${position}`,
  fees: ({ block, position }: InBlock) => `c${block}:${position}`,
  payout: ({ block, position }: InBlock) => `p${block}:${position}`,
} as const;

/** The entries of these keys, by their names in {@link ENTRY_KEY}, as far as they are stored. Throws `db/corrupt`. */
export async function loadEntriesAt(db: Db, keys: EntryKeys): Promise<ReadonlyMap<string, StoredEntry>> {
  const [transactions, foreign, entries, outcomes, credits, payouts] = await Promise.all([
    findTransactions(db, keys.ids),
    loadForeignAt(db, keys.foreign),
    loadQueueEntriesAt(db, keys.positions),
    loadL1Outcomes(db, keys.positions),
    loadCreditsAt(db, keys.credits),
    loadPayoutsAt(db, "position", keys.payouts),
  ]);
  return joinEntries(db, { transactions, foreign, entries, outcomes, credits, payouts });
}

/** Rows that entries are made of. */
export interface EntryParts {
  readonly transactions: readonly StoredTransaction[];
  readonly foreign: readonly StoredForeignTransaction[];
  readonly entries: readonly QueueEntry[];
  readonly outcomes: readonly StoredL1Outcome[];
  readonly credits: readonly StoredFeeCredit[];
  readonly payouts: readonly StoredPayout[];
}

/** The entries of rows, by their names, in the order of the rows. Throws `db/corrupt`. */
export async function joinEntries(db: Db, parts: EntryParts): Promise<ReadonlyMap<string, StoredEntry>> {
  const { transactions, foreign, entries, credits, payouts } = parts;
  const outcomes = new Map(parts.outcomes.map((outcome) => [outcome.position, outcome]));
  const withdrawals = transactions.filter(({ signed }) => signed.transaction.type === "withdraw");
  const slots = [
    ...withdrawals.flatMap(({ inclusion }) =>
      inclusion === null ? [] : [{ block: inclusion.blockNumber, position: inclusion.slot }],
    ),
    ...foreign.filter(({ kind }) => kind === "withdraw").map((one) => ({ block: one.blockNumber, position: one.slot })),
    ...parts.outcomes
      .filter(({ type }) => type === "exited" || type === "refunded")
      .map((one) => ({ block: one.blockNumber, position: one.slot })),
  ];
  const numbers = new Set([
    ...transactions.flatMap(({ inclusion }) => inclusion?.blockNumber ?? []),
    ...[...foreign, ...parts.outcomes, ...credits, ...payouts].map(({ blockNumber }) => blockNumber),
  ]);
  const [blocks, caused, causes] = await Promise.all([
    loadEntryBlocks(db, [...numbers]),
    loadPayoutsAt(db, "slot", slots),
    loadCauses(db, payouts),
  ]);
  const bySlot = new Map(caused.map((payout) => [`${payout.blockNumber}:${payout.slot}`, payout]));
  const payoutOf = (block: number, slot: number) => bySlot.get(`${block}:${slot}`) ?? null;
  const joined = new Map<string, StoredEntry>();
  for (const transaction of transactions) {
    const { id, inclusion } = transaction;
    const block = inclusion === null ? null : (blocks.get(inclusion.blockNumber) ?? null);
    const payout = inclusion === null ? null : payoutOf(inclusion.blockNumber, inclusion.slot);
    joined.set(ENTRY_KEY.transaction(id), { type: "transaction", transaction, block, payout });
  }
  for (const transaction of foreign) {
    const { blockNumber, slot } = transaction;
    const block = blocks.get(blockNumber);
    if (block === undefined) continue;
    joined.set(ENTRY_KEY.foreign({ block: blockNumber, position: slot }), {
      type: "foreign",
      transaction,
      block,
      payout: payoutOf(blockNumber, slot),
    });
  }
  for (const entry of entries) {
    const outcome = outcomes.get(entry.index) ?? null;
    const block = outcome === null ? null : (blocks.get(outcome.blockNumber) ?? null);
    const payout = outcome === null ? null : payoutOf(outcome.blockNumber, outcome.slot);
    joined.set(ENTRY_KEY.l1Operation(entry.index), { type: "l1Operation", entry, outcome, block, payout });
  }
  for (const credit of credits) {
    const block = blocks.get(credit.blockNumber);
    const key = ENTRY_KEY.fees({ block: credit.blockNumber, position: credit.position });
    if (block !== undefined) joined.set(key, { type: "fees", credit, block });
  }
  for (const payout of payouts) {
    const block = blocks.get(payout.blockNumber);
    const key = ENTRY_KEY.payout({ block: payout.blockNumber, position: payout.position });
    const cause = causes.get(`${payout.blockNumber}:${payout.slot}`) ?? { id: null, queuePosition: null };
    if (block !== undefined) joined.set(key, { type: "payout", payout, block, cause });
  }
  return joined;
}

/** What entries need to know of these blocks, by number. */
export async function loadEntryBlocks(db: Db, numbers: readonly number[]): Promise<Map<number, EntryBlock>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .selectFrom("blocks")
    .select(["number", "status", "timestamp"])
    .where("number", "in", numbers)
    .execute();
  return new Map(rows.map((row) => [row.number, { number: row.number, status: row.status, timestamp: row.timestamp }]));
}

async function loadForeignAt(db: Db, at: readonly InBlock[]): Promise<StoredForeignTransaction[]> {
  if (at.length === 0) return [];
  const rows = await db
    .selectFrom("foreign_transactions")
    .selectAll()
    .where(sql<boolean>`(block_number, slot) in (${pairs(at)})`)
    .execute();
  return rows.map(toForeignTransaction);
}

async function loadCreditsAt(db: Db, at: readonly InBlock[]): Promise<StoredFeeCredit[]> {
  if (at.length === 0) return [];
  const rows = await db
    .selectFrom("fee_credits")
    .selectAll()
    .where(sql<boolean>`(block_number, position) in (${pairs(at)})`)
    .execute();
  return rows.map(toFeeCredit);
}

/** Payouts by their places in the lists of their blocks, or by the slots that caused them. */
async function loadPayoutsAt(db: Db, by: "position" | "slot", at: readonly InBlock[]): Promise<StoredPayout[]> {
  if (at.length === 0) return [];
  const rows = await db
    .selectFrom("payouts")
    .selectAll()
    .where("block_number", "in", [...new Set(at.map(({ block }) => block))])
    .where(sql<boolean>`(block_number, ${sql.ref(by)}) in (${pairs(at)})`)
    .execute();
  return rows.map(toPayout);
}

/** What caused payouts, by block and slot. */
async function loadCauses(
  db: Db,
  payouts: readonly StoredPayout[],
): Promise<ReadonlyMap<string, { readonly id: bigint | null; readonly queuePosition: number | null }>> {
  const at = payouts.flatMap(({ blockNumber: block, slot }) => (slot === null ? [] : [{ block, position: slot }]));
  if (at.length === 0) return new Map();
  const { rows } = await sql<{
    readonly block: number;
    readonly slot: number;
    readonly id: Uint8Array | null;
    readonly queued: number | null;
  }>`
    select block_number as block, slot, id, null::bigint as queued from transactions where (block_number, slot) in (${pairs(at)})
    union all
    select block_number, slot, null::bytea, position from l1_outcomes where (block_number, slot) in (${pairs(at)})
  `.execute(db);
  return new Map(
    rows.map(({ block, slot, id, queued }) => [
      `${block}:${slot}`,
      { id: id === null ? null : bytesToBigint(id), queuePosition: queued === null ? null : Number(queued) },
    ]),
  );
}

function pairs(at: readonly InBlock[]) {
  return sql.join(at.map(({ block, position }) => sql`(${block}::bigint, ${position}::int)`));
}
