import type { SignedTransactionJson } from "@cairn/rpc";
import type { Hex, TransactionReceipt } from "viem";
import type { L1Document, L1Kind, L2Document, L2Kind, RequestDocument } from "./document.ts";
import type { PayoutView, SettledPayout } from "./payout.ts";
import type { EntryOutcome, QueuedEntry } from "./queue-entry.ts";
import type { WaitFor } from "./wait.ts";

/** Statuses of each kind, in the order in which a request that succeeds has them. */
export const STATUSES = {
  deposit: ["prepared", "sent", "mined", "queued", "confirmed", "proven", "final"],
  setKey: ["prepared", "sent", "mined", "queued", "confirmed", "proven", "final"],
  forceWithdraw: ["prepared", "sent", "mined", "queued", "confirmed", "proven", "paid", "claimable", "final"],
  claim: ["prepared", "sent", "mined", "final"],
  freeze: ["prepared", "sent", "mined", "final"],
  exit: ["prepared", "sent", "mined", "final"],
  reclaim: ["prepared", "sent", "mined", "final"],
  payOut: ["prepared", "sent", "mined", "final"],
  transfer: ["signed", "received", "confirmed", "proven", "final"],
  payMany: ["signed", "received", "confirmed", "proven", "final"],
  swap: ["offered", "signed", "received", "confirmed", "proven", "final"],
  group: ["signed", "received", "confirmed", "proven", "final"],
  withdraw: ["signed", "received", "confirmed", "proven", "paid", "claimable", "final"],
} as const satisfies Readonly<Record<L1Kind | L2Kind, readonly string[]>>;

/** A kind of request. */
export type RequestKind = keyof typeof STATUSES;

/** How requests end that did not succeed. */
export type Failure =
  /** The L1 transaction failed. */
  | "reverted"
  /** Another transaction used its nonce, on L1 or on L2. */
  | "replaced"
  /** The node refuses it for good. */
  | "rejected"
  /** Its time is over. */
  | "expired"
  /** A forced withdrawal of nothing, or of somebody else's account: there is no payout. */
  | "ineffective";

/** What a request of a kind can be. */
export type StatusOf<Kind extends RequestKind> = (typeof STATUSES)[Kind][number] | Failure;

/** What can be waited for: a payout that is paid or claimable is `paid` or later. */
export type GoalOf<Kind extends RequestKind> = Exclude<
  (typeof STATUSES)[Kind][number],
  "prepared" | "signed" | "offered" | "claimable"
>;

/** What L1 shows of a mined request. */
export interface L1Receipt {
  readonly transaction: TransactionReceipt;
  /** The queue entry that it made; null for kinds that make none. */
  readonly entry: QueuedEntry | null;
  /** What the entry did, as the node says: for a deposit, the account that it made or topped up. */
  readonly outcome: EntryOutcome | null;
  /** Of a forced withdrawal, once L1 has settled it. */
  readonly payout: SettledPayout | null;
}

/** What is known of a transaction that a block holds. */
export interface L2Receipt {
  readonly id: Hex;
  readonly block: number;
  readonly slot: number;
  /** As it was signed: its `amount` and `fee` are encoded floats, which `amount` and `fee` beside it decode. */
  readonly transaction: SignedTransactionJson;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** In the token's smallest unit. */
  readonly fee: bigint;
  /** Account that it created. */
  readonly createdIndex: number | null;
  /** Proof that a batch holds it, checked against L1; null until L1 has accepted the batch. */
  readonly proof: unknown;
  /** Of a withdrawal. */
  readonly payout: PayoutView | null;
}

/** Receipt of each kind; those of the node's requests have one entry per own transaction. */
export type ReceiptOf<Kind extends RequestKind> = Kind extends L1Kind ? L1Receipt : readonly L2Receipt[];

/** The document of each kind. */
export type DocumentOf<Kind extends RequestKind> = (Kind extends L1Kind ? L1Document : L2Document) & {
  readonly kind: Kind;
};

/** A request that was sent, or may have been. */
export interface Handle<Kind extends RequestKind = RequestKind> {
  /** Names the request: the caller's id, or a random one. */
  readonly id: string;
  readonly kind: Kind;
  /**
   * Asks node and L1 how far it is; changes nothing. Throws `sdk/bad-receipt`, `sdk/bad-answer`, `l1/unknown-event`,
   * and what node and RPC throw.
   */
  readonly status: () => Promise<StatusOf<Kind>>;
  /**
   * Waits for a status, and moves the request on: sends again what was lost. Throws `sdk/timeout`,
   * `sdk/outcome-unknown`, `sdk/aborted`; `sdk/not-reached`, `l1/transaction-reverted`, `l1/transaction-replaced` when
   * it has failed; and as `status`.
   */
  readonly wait: (options: WaitFor<GoalOf<Kind>>) => Promise<StatusOf<Kind>>;
  /** What L1 or the node shows of it; null while there is nothing. Throws as `status`. */
  readonly receipt: () => Promise<ReceiptOf<Kind> | null>;
  /** For L2 the transactions' ids; for L1 the newest hash, null while a wallet has not answered. */
  readonly hashes: () => readonly Hex[];
  /** The request as JSON, for `resume`. */
  readonly toJSON: () => DocumentOf<Kind>;
  /**
   * Forgets the request, after which its id may be used again. Throws `sdk/outcome-unknown` while it may still happen,
   * unless told that this is meant.
   */
  readonly forget: (options?: { readonly undecided?: boolean }) => Promise<void>;
}

/** A handle of any kind; `kind` tells which. */
export type AnyHandle = { readonly [Kind in RequestKind]: Handle<Kind> }[RequestKind];

/** Words for messages. */
export function describe({ kind, id }: Pick<RequestDocument, "kind" | "id">): string {
  return `${kind} ${id}`;
}
