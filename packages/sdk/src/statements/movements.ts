import { hexToReference, referenceText } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";

/** An entry of an account's history, as a node shows it. */
export type HistoryEntry = RouteResponse<"accountHistory">["entries"][number];

/** How certain a movement has to be: in a block, accepted by L1, or final there. */
export type StatementStatus = "confirmed" | "proven" | "final";

/** What moved an account's balance; `fee` is what a transaction cost, `fees` what a block credited to an operator. */
export type MovementType = "transfer" | "withdraw" | "deposit" | "forcedWithdraw" | "fee" | "fees";

/** One change of an account's balance. */
export interface Movement {
  readonly type: MovementType;
  /** In the token's smallest unit; negative when money left the account. */
  readonly amount: bigint;
  /** Of the account after it. */
  readonly balance: bigint;
  /** Time of the block, in seconds since the epoch. */
  readonly timestamp: number;
  readonly block: number;
  /** In the block; null for fees that it credited at its end. */
  readonly slot: number | null;
  readonly status: StatementStatus;
  /** Of the transaction; null where the node does not know it, and for what comes from L1. */
  readonly transaction: string | null;
  /** L1 transaction that made the deposit or request. */
  readonly l1Transaction: string | null;
  /** Who paid or was paid; null for fees. */
  readonly counterparty: { readonly account: number | null; readonly owner: string } | null;
  /** What it is for: text, or hex where it is none. It is the sender's: do not trust it. Null for none. */
  readonly reference: string | null;
}

/** Statuses in order. */
const ORDER: readonly string[] = ["confirmed", "proven", "final"] satisfies StatementStatus[];

/** Whether a block holds an entry with at least this status. */
export function isBooked({ status, block, timestamp }: HistoryEntry, least: StatementStatus): boolean {
  return block !== null && timestamp !== null && ORDER.indexOf(status) >= ORDER.indexOf(least);
}

/** The movements of entries that blocks hold, in the order of execution, from a balance of 0. */
export function movementsOf(entries: readonly HistoryEntry[], account: number): Movement[] {
  const ordered = [...entries].sort((a, b) => (a.block ?? 0) - (b.block ?? 0) || slotOf(a) - slotOf(b));
  let balance = 0n;
  return ordered.flatMap((entry) =>
    changesOf(entry, account).map(([type, amount, counterparty]) => {
      balance += amount;
      const common = commonOf(entry);
      // A fee is not for what the payment is for.
      const reference = type === "fee" ? null : common.reference;
      return { ...common, reference, type, amount, balance, counterparty };
    }),
  );
}

type Change = readonly [type: MovementType, amount: bigint, counterparty: Movement["counterparty"]];

function changesOf(entry: HistoryEntry, account: number): Change[] {
  const amount = BigInt(entry.amount ?? 0);
  switch (entry.type) {
    case "transfer":
    case "withdraw": {
      const changes: Change[] = [];
      if (entry.from?.account === account) {
        changes.push([entry.type, -amount, entry.to]);
        const fee = BigInt(entry.fee ?? 0);
        if (fee > 0n) changes.push(["fee", -fee, null]);
      }
      if (entry.type === "transfer" && entry.to?.account === account) changes.push(["transfer", amount, entry.from]);
      return changes;
    }
    case "deposit":
      return entry.to?.account === account ? [["deposit", amount, null]] : [];
    case "forcedWithdraw":
      if (entry.outcome !== "exited" || entry.from === null) return [];
      return [["forcedWithdraw", -amount, { account: null, owner: entry.from.owner }]];
    case "fees":
      return [["fees", amount, null]];
    case "setKey":
    case "payout":
      return [];
  }
}

function commonOf({ timestamp, block, slot, status, id, l1Transaction, reference }: HistoryEntry) {
  return {
    timestamp: timestamp ?? 0,
    block: block ?? 0,
    slot,
    status: status as StatementStatus,
    transaction: id,
    l1Transaction,
    reference: reference === null ? null : (referenceText(hexToReference(reference)) ?? reference),
  };
}

/** A block credits fees after its last slot. */
function slotOf({ slot }: HistoryEntry): number {
  return slot ?? Number.MAX_SAFE_INTEGER;
}
