import type { AccountIndex, L1Operation, L2Transaction, Payout } from "@cairn/protocol";
import type { L1Outcome } from "./l1-operations.ts";
import type { ExecutedTransaction } from "./transactions.ts";

/** An executed L1 operation. */
export interface L1Receipt {
  readonly type: "l1Operation";
  readonly slot: number;
  readonly operation: L1Operation;
  readonly outcome: L1Outcome;
}

/** An executed L2 transaction. */
export interface TransactionReceipt {
  readonly type: "transaction";
  readonly slot: number;
  /** The message hash m (spec 2.3). */
  readonly id: bigint;
  readonly transaction: L2Transaction;
  /** Decoded; for a whole-balance transfer the amount that was moved. */
  readonly amount: bigint;
  /** Decoded. */
  readonly fee: bigint;
  /** Account that a transferToNew created. */
  readonly created: AccountIndex | null;
  /** What a withdrawal pays out. */
  readonly payout: Payout | null;
}

/** What happened in one slot of a block. */
export type Receipt = L1Receipt | TransactionReceipt | { readonly type: "noop"; readonly slot: number };

/** Receipt of the transaction in `slot`. */
export function transactionReceipt(slot: number, { signed, id, effect, fee }: ExecutedTransaction): TransactionReceipt {
  const { amount, created, payout } = effect;
  return { type: "transaction", slot, id, transaction: signed.transaction, amount, fee, created, payout };
}
