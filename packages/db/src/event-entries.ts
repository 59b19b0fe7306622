import { bytesToHex } from "@cairn/protocol";
import type { Selectable } from "kysely";
import {
  loadBlockOutcomes,
  loadFeeCredits,
  loadForeignTransactions,
  toFeeCredit,
  toForeignTransaction,
} from "./block-records.ts";
import type { Db } from "./database.ts";
import type { StoredEvent } from "./events.ts";
import { loadBlockPayouts, toPayout } from "./payouts.ts";
import { loadQueueEntriesAt, toQueueEntry } from "./queue-entries.ts";
import type { Tables } from "./schema.ts";
import { ENTRY_KEY, type InBlock, joinEntries, loadEntriesAt, type StoredEntry } from "./stored-entries.ts";
import { loadBlockTransactions } from "./transactions.ts";

/** An entry that an event is about, as it is stored now; if it is gone, as it was. */
export interface EventEntry {
  readonly entry: StoredEntry;
  /** An account that the event concerns though the entry no longer names it: what gave it to the account was undone. */
  readonly account: number | null;
}

/**
 * The entries that events are about, by number: one, but also the cause of a payout. None for blocks, see
 * {@link loadBlockEntries}, for batches, and for what is gone meanwhile, about which another event follows. Throws
 * `db/corrupt`, `protocol/malformed-record`.
 */
export async function loadEventEntries(
  db: Db,
  events: readonly StoredEvent[],
): Promise<ReadonlyMap<number, readonly EventEntry[]>> {
  const present = events.filter(({ status }) => status !== "removed");
  const payouts = present.filter(({ subject }) => subject === "payout").map(placeOf);
  const loaded = await loadEntriesAt(db, {
    ids: present.flatMap(({ subject, id }) => (subject === "transaction" && id !== null ? [id] : [])),
    positions: present.filter(({ subject }) => subject === "l1Operation").map((event) => placeOf(event).position),
    payouts,
    foreign: [],
    credits: [],
  });
  const causes = await loadCauses(db, payouts, loaded);
  return new Map(
    events.map((event) => [event.number, event.status === "removed" ? removed(event) : stored(event, loaded, causes)]),
  );
}

/** The entries of a stored block, always in the same order: transactions, those of others, L1 operations, fees, payouts. */
export async function loadBlockEntries(db: Db, number: number): Promise<StoredEntry[]> {
  const [transactions, foreign, outcomes, credits, payouts] = await Promise.all([
    loadBlockTransactions(db, number),
    loadForeignTransactions(db, number),
    loadBlockOutcomes(db, number),
    loadFeeCredits(db, number, number),
    loadBlockPayouts(db, number),
  ]);
  const positions = outcomes.map(({ position }) => position);
  const entries = (await loadQueueEntriesAt(db, positions)).sort((a, b) => a.index - b.index);
  const joined = await joinEntries(db, { transactions, foreign, entries, outcomes, credits, payouts });
  return [...joined.values()];
}

type Loaded = ReadonlyMap<string, StoredEntry>;

/** What caused the payouts that were loaded. */
function loadCauses(db: Db, payouts: readonly InBlock[], loaded: Loaded): Promise<Loaded> {
  const found = payouts.flatMap((place) => {
    const entry = loaded.get(ENTRY_KEY.payout(place));
    return entry?.type === "payout" ? [entry] : [];
  });
  if (found.length === 0) return Promise.resolve(new Map());
  return loadEntriesAt(db, {
    ids: found.flatMap(({ cause }) => cause.id ?? []),
    positions: found.flatMap(({ cause }) => cause.queuePosition ?? []),
    foreign: found.flatMap((entry) => foreignCause(entry) ?? []),
    payouts: [],
    credits: [],
  });
}

function stored(event: StoredEvent, loaded: Loaded, causes: Loaded): readonly EventEntry[] {
  const entry = loaded.get(keyOf(event));
  if (entry === undefined) return [];
  if (entry.type !== "payout") return [{ entry, account: lostAccount(event, entry) }];
  const cause = causes.get(causeKey(entry));
  return [...(cause === undefined ? [] : [cause]), entry].map((one) => ({ entry: one, account: null }));
}

/** The account that an undone transaction or L1 operation had changed; of another entry in its place, it says nothing. */
function lostAccount({ old }: StoredEvent, entry: StoredEntry): number | null {
  if (old === null) return null;
  if (entry.type === "l1Operation" && old.hash_after !== byteaText(entry.entry.hashAfter)) return null;
  return accountOf(old);
}

/** Entries whose rows were deleted. */
function removed({ subject, old }: StoredEvent): readonly EventEntry[] {
  if (old === null) return [];
  switch (subject) {
    case "l1Operation": {
      const entry = toQueueEntry(deletedRow<"queue_entries">(old));
      return [
        { entry: { type: "l1Operation", entry, outcome: null, block: null, payout: null }, account: accountOf(old) },
      ];
    }
    case "fees": {
      const credit = toFeeCredit(deletedRow<"fee_credits">(old));
      return [{ entry: { type: "fees", credit, block: droppedBlock(credit, old) }, account: null }];
    }
    case "foreign": {
      const transaction = toForeignTransaction(deletedRow<"foreign_transactions">(old));
      const block = droppedBlock(transaction, old);
      return [{ entry: { type: "foreign", transaction, block, payout: null }, account: null }];
    }
    case "payout": {
      const payout = toPayout(deletedRow<"payouts">(old));
      // Its time is that of its cause.
      const block = { ...droppedBlock(payout, old), timestamp: null };
      return [{ entry: { type: "payout", payout, block, cause: { id: null, queuePosition: null } }, account: null }];
    }
    default:
      return [];
  }
}

function droppedBlock({ blockNumber }: { readonly blockNumber: number }, old: object) {
  const atMs = "at_ms" in old ? Number(old.at_ms) : 0;
  return { number: blockNumber, status: "sealed", timestamp: Math.floor(atMs / 1000) } as const;
}

function accountOf({ account }: Readonly<Record<string, unknown>>): number | null {
  return typeof account === "number" ? account : null;
}

/** A row of a table, as it was logged when it was deleted. */
function deletedRow<Table extends keyof Tables>(old: Readonly<Record<string, unknown>>): Selectable<Tables[Table]> {
  const columns = Object.entries(old).map(([name, value]) => [
    name,
    typeof value === "string" && value.startsWith("\\x") ? Uint8Array.from(Buffer.from(value.slice(2), "hex")) : value,
  ]);
  return Object.fromEntries(columns) as Selectable<Tables[Table]>;
}

/** How JSON of the database has bytes. */
function byteaText(bytes: Uint8Array): string {
  return `\\x${bytesToHex(bytes).slice(2)}`;
}

function keyOf(event: StoredEvent): string {
  if (event.subject === "transaction") return ENTRY_KEY.transaction(event.id ?? 0n);
  if (event.subject === "l1Operation") return ENTRY_KEY.l1Operation(placeOf(event).position);
  return event.subject === "payout" ? ENTRY_KEY.payout(placeOf(event)) : "";
}

type PayoutEntry = Extract<StoredEntry, { type: "payout" }>;

function causeKey(entry: PayoutEntry): string {
  const { id, queuePosition } = entry.cause;
  if (id !== null) return ENTRY_KEY.transaction(id);
  if (queuePosition !== null) return ENTRY_KEY.l1Operation(queuePosition);
  const place = foreignCause(entry);
  return place === null ? "" : ENTRY_KEY.foreign(place);
}

/** The slot of a transaction of others; null for other causes. */
function foreignCause({ payout, cause }: PayoutEntry): InBlock | null {
  if (cause.id !== null || cause.queuePosition !== null || payout.slot === null) return null;
  return { block: payout.blockNumber, position: payout.slot };
}

function placeOf({ block, position }: StoredEvent): InBlock {
  return { block: block ?? 0, position: position ?? 0 };
}
