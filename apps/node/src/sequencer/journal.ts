import { setTimeout as delay } from "node:timers/promises";
import {
  addTransactionEvents,
  type BlockOpening,
  type BlockSeal,
  type Db,
  insertFeeCredits,
  insertL1Outcomes,
  insertOpenBlock,
  type L1OutcomeContent,
  type OwedPayout,
  type StoredTransaction,
  sealStoredBlock,
  type TransactionEvent,
  upsertTransactions,
} from "@cairn/db";
import { CairnError } from "@cairn/protocol";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { BlockFeeCredit } from "./block-records.ts";

/** One action of the sequencer, to be made durable. */
export type JournalEntry =
  | { readonly type: "opened"; readonly block: BlockOpening; readonly outcomes: readonly L1OutcomeContent[] }
  | {
      readonly type: "transactions";
      readonly transactions: readonly StoredTransaction[];
      readonly events: readonly TransactionEvent[];
    }
  | {
      readonly type: "sealed";
      readonly number: BlockOpening["number"];
      readonly seal: BlockSeal;
      readonly payouts: readonly OwedPayout[];
      readonly feeCredits: readonly BlockFeeCredit[];
      readonly witness: Uint8Array;
    };

/** Statistics of one commit. */
export interface CommitStats {
  readonly entries: number;
  readonly transactions: number;
  readonly seconds: number;
}

/** Makes entries durable in the order they were appended, many per database transaction. */
export interface Journal {
  /**
   * Resolves once the entry, and so all before it, is durable. Rejects with `node/unavailable`, like all later calls.
   */
  readonly append: (entry: JournalEntry) => Promise<void>;
  /** Resolves when everything appended so far is durable; rejects like `append`. */
  readonly drain: () => Promise<void>;
  /** Number of entries not durable yet. */
  readonly backlog: () => number;
}

/**
 * A commit costs about the same with one entry or twenty. While `WORTHWHILE` transactions are on their way here,
 * the next commit begins `GATHER_MS` after the last one began, unless `FULL_ENTRIES` wait before.
 */
const WORTHWHILE = 16;
const FULL_ENTRIES = 64;
const GATHER_MS = 12;

interface Waiting {
  readonly entry: JournalEntry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A journal on the database. Entries gather during a commit, and a little longer under load, so the number of commits
 * adapts to how long one takes. After a failure nothing more is written: the database must be read again first.
 */
export function createJournal(options: {
  readonly db: Db;
  /** Transactions waiting for an answer, including those in the journal. */
  readonly inFlight: () => number;
  readonly onCommit?: (stats: CommitStats) => void;
  readonly onFailure: (error: CairnError<NodeErrorCode>) => void;
}): Journal {
  let waiting: Waiting[] = [];
  let inFlight = 0;
  let failure: CairnError<NodeErrorCode> | null = null;
  let isRunning = false;
  let lastStartedAt = 0;

  /** Lets entries gather. */
  const gather = async (): Promise<void> => {
    const isWorthwhile = options.inFlight() - waiting.length >= WORTHWHILE && waiting.length < FULL_ENTRIES;
    const waitMs = isWorthwhile ? lastStartedAt + GATHER_MS - performance.now() : 0;
    if (waitMs > 1) await delay(waitMs);
    // One turn of the event loop puts requests that arrived together into one commit.
    else await new Promise((resolve) => setImmediate(resolve));
  };

  const commitAll = async (): Promise<void> => {
    await gather();
    while (waiting.length > 0 && failure === null) {
      const group = waiting;
      waiting = [];
      inFlight = group.length;
      const startedAt = performance.now();
      lastStartedAt = startedAt;
      try {
        const transactions = await commit(
          options.db,
          group.map(({ entry }) => entry),
        );
        inFlight = 0;
        for (const { resolve } of group) resolve();
        options.onCommit?.({ entries: group.length, transactions, seconds: (performance.now() - startedAt) / 1000 });
      } catch (cause) {
        inFlight = 0;
        failure = new CairnError<NodeErrorCode>("node/unavailable", "the database refused a commit", { cause });
        const lost = [...group, ...waiting];
        waiting = [];
        options.onFailure(failure);
        for (const { reject } of lost) reject(failure);
      }
      if (waiting.length > 0) await gather();
    }
    isRunning = false;
  };

  const append = (entry: JournalEntry): Promise<void> => {
    if (failure !== null) return Promise.reject(failure);
    const durable = new Promise<void>((resolve, reject) => {
      waiting.push({ entry, resolve, reject });
    });
    if (!isRunning) {
      isRunning = true;
      void commitAll();
    }
    return durable;
  };

  return {
    append,
    drain: () => append({ type: "transactions", transactions: [], events: [] }),
    backlog: () => waiting.length + inFlight,
  };
}

/** Writes entries in one database transaction; returns the number of transaction rows. */
async function commit(db: Db, entries: readonly JournalEntry[]): Promise<number> {
  const transactions = new Map<bigint, StoredTransaction>();
  const events: TransactionEvent[] = [];
  for (const entry of entries) {
    if (entry.type !== "transactions") continue;
    for (const transaction of entry.transactions) transactions.set(transaction.id, transaction);
    events.push(...entry.events);
  }
  const blocks = entries.filter((entry) => entry.type !== "transactions");
  if (transactions.size === 0 && events.length === 0 && blocks.length === 0) return 0;
  if (events.length === 0 && blocks.length === 0) {
    await upsertTransactions(db, [...transactions.values()]);
    return transactions.size;
  }
  await db.transaction().execute(async (transaction) => {
    for (const entry of blocks) {
      if (entry.type !== "opened") continue;
      await insertOpenBlock(transaction, entry.block);
      await insertL1Outcomes(transaction, entry.block.number, entry.outcomes);
    }
    // Payouts of a sealed block belong to its transactions.
    await upsertTransactions(transaction, [...transactions.values()]);
    for (const entry of blocks) {
      if (entry.type !== "sealed") continue;
      await sealStoredBlock(transaction, entry.number, entry);
      await insertFeeCredits(transaction, entry.number, entry.feeCredits);
    }
    await addTransactionEvents(transaction, events);
  });
  if (blocks.some(({ type }) => type === "sealed")) crashPoint("block-sealed-in-database");
  return transactions.size;
}
