import {
  type Account,
  assertTransaction,
  decodeFloat16,
  isCairnError,
  isEmptyAccount,
  isTransactionKind,
  type L2Transaction,
  NONCE_BITS,
  type SchnorrSignature,
  type SignedTransaction,
  type TokenId,
  type Transfer,
} from "@cairn/protocol";
import {
  amountMoved,
  applyTransfer,
  applyTransferToNew,
  applyWithdraw,
  type Debit,
  type SlotEffect,
} from "./effects.ts";
import type { RejectionReason } from "./rejections.ts";
import { isTreeFull, type StateReader, type WorkingState } from "./state.ts";

/** Whether `signature` is valid for the message hash under an x-only key, which is not 0; must not throw. */
export type VerifySignature = (message: bigint, signature: SchnorrSignature, key: bigint) => boolean;

/** The message m of a well-formed transaction, which is its id (spec 2.3). */
export type HashMessage = (transaction: L2Transaction) => bigint;

/** A signed transaction with what is already known about it; the caller vouches for that. */
export interface OfferedTransaction extends SignedTransaction {
  /** Its message hash m, not computed again. */
  readonly id?: bigint;
  /** The key under which its signature was found valid; for an account with another key it is checked again. */
  readonly validFor?: bigint;
}

/** Transactions that run together or not at all, with what is known of each. */
export type OfferedGroup = readonly OfferedTransaction[];

/** What the rules depend on besides state and transaction. */
export interface TransactionContext {
  /** The block's, in seconds. */
  readonly timestamp: number;
  /** Transactions must stay valid at least until timestamp + this. */
  readonly minValiditySeconds: number;
  /** Accumulator of a token's fees, null when the operator takes none in it. */
  readonly feePosition: (tokenId: TokenId) => number | null;
  readonly hashMessage: HashMessage;
  readonly verifySignature: VerifySignature;
}

/** A transaction that kept all rules, and what it did. */
export interface ExecutedTransaction {
  readonly type: "executed";
  readonly signed: SignedTransaction;
  /** The message hash m. */
  readonly id: bigint;
  readonly effect: SlotEffect;
  /** Decoded. */
  readonly fee: bigint;
  /** Accumulator that receives the fee, null when it is 0. */
  readonly feeCredit: number | null;
}

/** Outcome of one transaction on a state, which changes only when it is executed. */
export type TransactionResult = ExecutedTransaction | { readonly type: "rejected"; readonly reason: RejectionReason };

const NONCE_LIMIT = 2 ** NONCE_BITS;

/** What is wrong with the transaction on any state, null when nothing is. */
export function findMalformation(transaction: L2Transaction): RejectionReason | null {
  if (!isTransactionKind(transaction.type)) return { type: "unknownKind", kind: String(transaction.type) };
  try {
    assertTransaction(transaction);
  } catch (error) {
    if (!isCairnError(error)) throw error;
    return error.code === "protocol/amount-overflow"
      ? { type: "amountOverflow" }
      : { type: "malformed", problem: error.message };
  }
  switch (transaction.type) {
    case "transfer":
      return null;
    case "transferToNew":
      return transaction.toOwner === 0n ? { type: "zeroOwner" } : null;
    case "withdraw":
      return transaction.recipient === 0n ? { type: "zeroRecipient" } : null;
  }
}

/**
 * Checks all rules of spec 2.5 except rule 9 in a fixed order, the signature last, and applies the transaction.
 * Precondition: {@link findMalformation} found nothing. Throws `vm/supply-exceeded`.
 */
export function executeTransaction(
  state: WorkingState,
  signed: OfferedTransaction,
  context: TransactionContext,
): TransactionResult {
  const { transaction, signature } = signed;
  const sender = state.getAccount(transaction.from);
  const fee = decodeFloat16(transaction.fee);
  const feeCredit = fee === 0n ? null : context.feePosition(transaction.tokenId);
  const reason =
    findSenderProblem(sender, transaction) ??
    findWrongTime(transaction, context) ??
    (fee !== 0n && feeCredit === null ? { type: "feeTokenNotAccepted", tokenId: transaction.tokenId } : null);
  if (reason !== null) return { type: "rejected", reason };

  const amount = amountMoved(transaction.amount, fee, sender.balance);
  const required = amount < 0n ? fee : amount + fee;
  if (required > sender.balance) {
    return { type: "rejected", reason: { type: "insufficientBalance", required, available: sender.balance } };
  }
  const receiverProblem = findReceiverProblem(state, transaction);
  if (receiverProblem !== null) return { type: "rejected", reason: receiverProblem };

  if (sender.key === 0n) return { type: "rejected", reason: { type: "senderHasNoKey" } };
  const id = signed.id ?? context.hashMessage(transaction);
  if (signed.validFor !== sender.key && !context.verifySignature(id, signature, sender.key)) {
    return { type: "rejected", reason: { type: "badSignature" } };
  }
  const effect = applyTransaction(state, transaction, { from: transaction.from, amount, fee });
  return { type: "executed", signed, id, effect, fee, feeCredit };
}

function applyTransaction(state: WorkingState, transaction: L2Transaction, debit: Debit): SlotEffect {
  switch (transaction.type) {
    case "transfer":
      return applyTransfer(state, debit, transaction.to);
    case "transferToNew":
      return applyTransferToNew(state, debit, { owner: transaction.toOwner, key: transaction.toKey });
    case "withdraw":
      return applyWithdraw(state, debit, transaction.recipient);
  }
}

function findSenderProblem(sender: Account, transaction: L2Transaction): RejectionReason | null {
  if (isEmptyAccount(sender)) return { type: "unknownSender", index: transaction.from };
  if (sender.tokenId !== transaction.tokenId) {
    return { type: "wrongToken", expected: sender.tokenId, actual: transaction.tokenId };
  }
  if (sender.nonce + 1 >= NONCE_LIMIT) return { type: "nonceExhausted" };
  if (sender.nonce === transaction.nonce) return null;
  const type = transaction.nonce < sender.nonce ? "nonceTooLow" : "nonceTooHigh";
  return { type, expected: sender.nonce, actual: transaction.nonce };
}

function findWrongTime(transaction: L2Transaction, context: TransactionContext): RejectionReason | null {
  const { validFrom, validUntil } = transaction;
  if (validFrom > context.timestamp) return { type: "notYetValid", validFrom, timestamp: context.timestamp };
  if (validUntil < context.timestamp) return { type: "expired", validUntil, timestamp: context.timestamp };
  const minimum = context.timestamp + context.minValiditySeconds;
  return validUntil < minimum ? { type: "expiresTooSoon", validUntil, minimum } : null;
}

function findReceiverProblem(state: StateReader, transaction: L2Transaction): RejectionReason | null {
  switch (transaction.type) {
    case "transfer":
      return findChangedReceiver(state.getAccount(transaction.to), transaction);
    case "transferToNew":
      return isTreeFull(state) ? { type: "treeFull" } : null;
    case "withdraw":
      return null;
  }
}

function findChangedReceiver(receiver: Account, { to, tokenId, toOwner, toKey }: Transfer): RejectionReason | null {
  if (isEmptyAccount(receiver)) return { type: "unknownReceiver", index: to };
  if (receiver.tokenId !== tokenId) {
    return { type: "receiverTokenMismatch", expected: tokenId, actual: receiver.tokenId };
  }
  if (receiver.owner !== toOwner) return { type: "receiverOwnerChanged", expected: toOwner, actual: receiver.owner };
  return receiver.key === toKey ? null : { type: "receiverKeyChanged", expected: toKey, actual: receiver.key };
}
