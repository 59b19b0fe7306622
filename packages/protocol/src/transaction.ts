import type { Float16, Float40 } from "./float.ts";
import type { AccountIndex, TokenId } from "./ids.ts";

/** Fields every L2 transaction has. Spec: docs/spec/2-transactions.md. */
export interface TransactionCommon {
  /** Index of the sender's account. */
  readonly from: AccountIndex;
  /** The sender's nonce before the transaction. */
  readonly nonce: number;
  /** Token of the sender's account; fee and amount are in it. */
  readonly tokenId: TokenId;
  /** Encoded amount, or WHOLE_BALANCE. */
  readonly amount: Float40;
  /** Encoded fee, paid to the operator. */
  readonly fee: Float16;
  /** First block timestamp, in seconds, at which the transaction may run; u32, 0 for at once. */
  readonly validFrom: number;
  /** Last block timestamp, in seconds, at which the transaction may run; u32. */
  readonly validUntil: number;
  /** 31 bytes of the sender's choice as a number, 0 for none. Signed and kept by nodes, published nowhere. */
  readonly reference: bigint;
}

/** The other half of an atomic pair. */
export interface Link {
  /** Distance in slots to the linked transaction, −255 … 255, never 0. */
  readonly offset: number;
  /** Link content hash of that transaction. */
  readonly content: bigint;
}

/** Moves an amount to an existing account. */
export interface Transfer extends TransactionCommon {
  readonly type: "transfer";
  readonly to: AccountIndex;
  /** Owner of the receiving leaf, signed so that a reassigned index cannot redirect the payment. */
  readonly toOwner: bigint;
  /** Key of the receiving leaf, signed likewise; 0 for a keyless one. */
  readonly toKey: bigint;
  readonly link: Link | null;
}

/** Moves an amount to an account that the same slot creates. */
export interface TransferToNew extends TransactionCommon {
  readonly type: "transferToNew";
  /** Owner of the new account, not 0. */
  readonly toOwner: bigint;
  /** Key of the new account; 0 for none. */
  readonly toKey: bigint;
  readonly link: Link | null;
}

/** Moves an amount out to an L1 address. */
export interface Withdraw extends TransactionCommon {
  readonly type: "withdraw";
  /** L1 address that is paid, not 0. */
  readonly recipient: bigint;
}

/** An L2 transaction, authorised by the sender's signature. */
export type L2Transaction = Transfer | TransferToNew | Withdraw;

/** x-only Schnorr signature on Grumpkin: x of the nonce point and the response scalar. */
export interface SchnorrSignature {
  readonly rx: bigint;
  readonly s: bigint;
}

/** A transaction with its signature. */
export interface SignedTransaction {
  readonly transaction: L2Transaction;
  readonly signature: SchnorrSignature;
}

/** Transactions that occupy consecutive slots and run together or not at all; one, or linked ones. */
export type TransactionGroup = readonly SignedTransaction[];

/**
 * The link of a transaction; null if it has none or its kind cannot have one.
 *
 * @example transactionLink(withdrawal) // null
 */
export function transactionLink(transaction: L2Transaction): Link | null {
  switch (transaction.type) {
    case "transfer":
    case "transferToNew":
      return transaction.link;
    case "withdraw":
      return null;
  }
}
