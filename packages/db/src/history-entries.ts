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
import type { HistoryRow } from "./history.ts";
import { type StoredPayout, toPayout } from "./payouts.ts";
import { ENTRY_SOURCE } from "./places.ts";
import { loadQueueEntriesAt, type QueueEntry } from "./queue-entries.ts";
import type { BlockStatus } from "./schema.ts";
import { findTransactions, type StoredTransaction } from "./transactions.ts";

/** What an entry needs to know of its block. */
export interface EntryBlock {
  readonly number: number;
  readonly status: BlockStatus;
  /** Seconds. */
  readonly timestamp: number;
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

/**
 * The entries of rows, in their order. One that is gone meanwhile, because its block was dropped, is left out. Throws
 * `db/corrupt`.
 */
export async function loadEntries(
  db: Db,
  rows: readonly HistoryRow[],
): Promise<{ readonly row: HistoryRow; readonly entry: StoredEntry }[]> {
  const ofSource = (source: number) =>
    rows.filter(({ place }) => Math.min(place.source, ENTRY_SOURCE.payout) === source);
  const inBlocks = (source: number) => ofSource(source).flatMap(({ inBlock }) => inBlock ?? []);
  const positions = ofSource(ENTRY_SOURCE.l1Operation).map(({ place }) => place.number);
  const [transactions, foreign, entries, outcomes, credits, payouts] = await Promise.all([
    findTransactions(
      db,
      ofSource(ENTRY_SOURCE.transaction).flatMap(({ id }) => id ?? []),
    ),
    loadForeignAt(db, inBlocks(ENTRY_SOURCE.foreign)),
    loadQueueEntriesAt(db, positions),
    loadL1Outcomes(db, positions),
    loadCreditsAt(db, inBlocks(ENTRY_SOURCE.fees)),
    loadPayoutsAt(db, "position", inBlocks(ENTRY_SOURCE.payout)),
  ]);
  const joined = await joinEntries(db, { transactions, foreign, entries, outcomes, credits, payouts });
  return rows.flatMap((row) => {
    const entry = joined.get(keyOfRow(row));
    return entry === undefined ? [] : [{ row, entry }];
  });
}

interface LoadedParts {
  readonly transactions: readonly StoredTransaction[];
  readonly foreign: readonly StoredForeignTransaction[];
  readonly entries: readonly QueueEntry[];
  readonly outcomes: readonly StoredL1Outcome[];
  readonly credits: readonly StoredFeeCredit[];
  readonly payouts: readonly StoredPayout[];
}

async function joinEntries(db: Db, parts: LoadedParts): Promise<ReadonlyMap<string, StoredEntry>> {
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
    joined.set(`t${id}`, { type: "transaction", transaction, block, payout });
  }
  for (const transaction of foreign) {
    const { blockNumber, slot } = transaction;
    const block = blocks.get(blockNumber);
    if (block === undefined) continue;
    joined.set(`f${blockNumber}:${slot}`, { type: "foreign", transaction, block, payout: payoutOf(blockNumber, slot) });
  }
  for (const entry of entries) {
    const outcome = outcomes.get(entry.index) ?? null;
    const block = outcome === null ? null : (blocks.get(outcome.blockNumber) ?? null);
    const payout = outcome === null ? null : payoutOf(outcome.blockNumber, outcome.slot);
    joined.set(`q${entry.index}`, { type: "l1Operation", entry, outcome, block, payout });
  }
  for (const credit of credits) {
    const block = blocks.get(credit.blockNumber);
    if (block !== undefined) joined.set(`c${credit.blockNumber}:${credit.position}`, { type: "fees", credit, block });
  }
  for (const payout of payouts) {
    const block = blocks.get(payout.blockNumber);
    const key = `p${payout.blockNumber}:${payout.position}`;
    const cause = causes.get(`${payout.blockNumber}:${payout.slot}`) ?? { id: null, queuePosition: null };
    if (block !== undefined) joined.set(key, { type: "payout", payout, block, cause });
  }
  return joined;
}

function keyOfRow({ place, id, inBlock }: HistoryRow): string {
  const at = `${inBlock?.block}:${inBlock?.position}`;
  switch (place.source) {
    case ENTRY_SOURCE.transaction:
      return `t${id}`;
    case ENTRY_SOURCE.foreign:
      return `f${at}`;
    case ENTRY_SOURCE.l1Operation:
      return `q${place.number}`;
    case ENTRY_SOURCE.fees:
      return `c${at}`;
    default:
      return `p${at}`;
  }
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

interface InBlock {
  readonly block: number;
  readonly position: number;
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
