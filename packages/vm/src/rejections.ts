import type { AccountIndex, TokenId } from "@cairn/protocol";
import type { CapacityLimit } from "./capacity.ts";

/** Why a group was not executed (spec 2.5, 2.7). The block and the state are as if it had never been offered. */
export type RejectionReason =
  /** The group has no transaction. A retry cannot help. */
  | { readonly type: "emptyGroup" }
  /** The group does not fit even an empty block of this size. A retry cannot help. */
  | {
      readonly type: "groupTooLarge";
      readonly limit: CapacityLimit;
      readonly required: number;
      readonly maximum: number;
    }
  /** `type` is none of the L2 kinds. A retry cannot help. */
  | { readonly type: "unknownKind"; readonly kind: string }
  /** A field does not fit its width. A retry cannot help. */
  | { readonly type: "malformed"; readonly problem: string }
  /** The encoded amount exceeds 2^128 − 1. A retry cannot help. */
  | { readonly type: "amountOverflow" }
  /** The account to be created has no owner. A retry cannot help. */
  | { readonly type: "zeroOwner" }
  /** The withdrawal names no L1 recipient. A retry cannot help. */
  | { readonly type: "zeroRecipient" }
  /** A linked amount is "whole balance". A retry cannot help. */
  | { readonly type: "wholeBalanceInLink" }
  /** The link points outside the group. A retry cannot help; a complete group can. */
  | { readonly type: "linkOutOfGroup"; readonly offset: number }
  /** The linked transaction is a withdrawal, which cannot be linked. A retry cannot help. */
  | { readonly type: "linkToWithdraw" }
  /** The linked transaction does not link back. A retry cannot help. */
  | { readonly type: "linkOneWay" }
  /** The linked transaction is not the one that was signed for. A retry cannot help. */
  | { readonly type: "linkContentMismatch" }
  /** No account at the sender's index. A retry helps once it has been created. */
  | { readonly type: "unknownSender"; readonly index: AccountIndex }
  /** The sender's account is in another token. A retry cannot help. */
  | { readonly type: "wrongToken"; readonly expected: TokenId; readonly actual: TokenId }
  /** The sender's nonce is used up: 2^40 − 2 was its last. A retry cannot help. */
  | { readonly type: "nonceExhausted" }
  /** The nonce was used before. A retry cannot help. */
  | { readonly type: "nonceTooLow"; readonly expected: number; readonly actual: number }
  /** Transactions before this one are missing. A retry helps once they have run. */
  | { readonly type: "nonceTooHigh"; readonly expected: number; readonly actual: number }
  /** The block's timestamp is before `validFrom`. A retry helps once that time has come. */
  | { readonly type: "notYetValid"; readonly validFrom: number; readonly timestamp: number }
  /** The block's timestamp is past `validUntil`. A retry cannot help. */
  | { readonly type: "expired"; readonly validUntil: number; readonly timestamp: number }
  /** `validUntil` is nearer than the block builder's minimum. A retry cannot help. */
  | { readonly type: "expiresTooSoon"; readonly validUntil: number; readonly minimum: number }
  /** The operator takes no fees in this token. A retry helps once it does; a fee of 0 is always taken. */
  | { readonly type: "feeTokenNotAccepted"; readonly tokenId: TokenId }
  /** Amount and fee exceed the balance. A retry helps once the account has received enough. */
  | { readonly type: "insufficientBalance"; readonly required: bigint; readonly available: bigint }
  /** No account at the receiver's index. A retry helps once it has been created as signed. */
  | { readonly type: "unknownReceiver"; readonly index: AccountIndex }
  /** The receiver's account is in another token. A retry cannot help. */
  | { readonly type: "receiverTokenMismatch"; readonly expected: TokenId; readonly actual: TokenId }
  /** The receiver's owner is not the signed one: the index was reassigned. A retry cannot help. */
  | { readonly type: "receiverOwnerChanged"; readonly expected: bigint; readonly actual: bigint }
  /** The receiver's key is not the signed one. A retry cannot help unless the old key comes back. */
  | { readonly type: "receiverKeyChanged"; readonly expected: bigint; readonly actual: bigint }
  /** Every index is taken. A retry cannot help. */
  | { readonly type: "treeFull" }
  /** The sender's account has no key. A retry helps once its owner has set the signing key on L1. */
  | { readonly type: "senderHasNoKey" }
  /** The signature is not the sender's for this transaction. A retry cannot help. */
  | { readonly type: "badSignature" };

/** Name of a rejection. */
export type RejectionType = RejectionReason["type"];

/** A reason and the position in the group of the transaction that it is about. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly index: number;
}

const RETRYABLE: ReadonlySet<RejectionType> = new Set([
  "unknownSender",
  "nonceTooHigh",
  "notYetValid",
  "feeTokenNotAccepted",
  "insufficientBalance",
  "unknownReceiver",
  "senderHasNoKey",
]);

/** Whether the same group may be accepted on a later state. */
export function isRetryable(reason: RejectionReason): boolean {
  return RETRYABLE.has(reason.type);
}
