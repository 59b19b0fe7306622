import type { StoredTransaction } from "@cairn/db";
import {
  type AccountIndex,
  type Domain,
  isCairnError,
  isEmptyAccount,
  type MessageWords,
  messageWords,
  type SignedTransaction,
  type TransactionGroup,
} from "@cairn/protocol";
import type { RejectionReason, StateReader } from "@cairn/vm";
import type { FeePolicy } from "./fee-policy.ts";

/** Why the node refuses a group: the VM's reasons and those of the node's own policy. */
export type SubmissionReason =
  | RejectionReason
  /** The fee is below what the node asks for. A retry helps when fees have fallen. */
  | { readonly type: "feeTooLow"; readonly minimum: bigint }
  /** The nonce is too far ahead to be kept waiting. A retry helps later. */
  | { readonly type: "nonceTooFar"; readonly expected: number; readonly maximum: number }
  /** Another transaction with this nonce is waiting, and the fee does not exceed its fee by enough. A retry cannot help. */
  | { readonly type: "replacementUnderpriced"; readonly minimumFee: bigint }
  /** Too many transactions of the account are already waiting. A retry helps once some have run. */
  | { readonly type: "accountPoolFull"; readonly index: AccountIndex }
  /**
   * It was accepted before and is waiting for other nonces, but the group as a whole was not. A retry helps without it.
   */
  | { readonly type: "alreadyWaiting" }
  /** Its idempotency key stands for another transaction, which has run or may still run. A retry cannot help. */
  | { readonly type: "idempotencyKeyUsed"; readonly by: bigint }
  /** Another transaction with the same nonce replaced it. A retry cannot help. */
  | { readonly type: "replaced"; readonly by: bigint };

/** A reason and the position in the group that it is about. */
export interface SubmissionRejection {
  readonly reason: SubmissionReason;
  readonly index: number;
}

/** A transaction as acknowledged. */
export interface Acknowledgement {
  readonly id: bigint;
  readonly status: StoredTransaction["status"];
  readonly inclusion: StoredTransaction["inclusion"];
}

/** What became of a submitted group; `accepted` means it is durable. */
export type SubmissionOutcome =
  | { readonly type: "accepted"; readonly transactions: readonly Acknowledgement[] }
  | ({ readonly type: "rejected" } & SubmissionRejection);

/** What checking a transaction's signature needs. */
export interface PreparedTransaction {
  readonly signed: SignedTransaction;
  readonly words: MessageWords;
  /** From the sender's account as it is now. */
  readonly publicKey: bigint;
}

/** A group that passed the cheap checks, one that may have run before, or a rejection. */
export type Prepared =
  | { readonly type: "prepared"; readonly transactions: readonly PreparedTransaction[] }
  | {
      readonly type: "perhapsKnown";
      readonly transactions: readonly PreparedTransaction[];
      readonly rejection: SubmissionRejection;
    }
  | ({ readonly type: "rejected" } & SubmissionRejection);

/** Input of the cheap checks. */
export interface SubmissionRules {
  readonly domain: Domain;
  readonly feePolicy: FeePolicy;
  /** How many nonces a transaction may be ahead of its account. */
  readonly nonceWindow: number;
  readonly maxGroupSize: number;
  readonly minValiditySeconds: number;
}

/** Checks everything that needs neither hashing nor execution, so that nonsense costs the node little. */
export function prepareSubmission(
  group: TransactionGroup,
  state: StateReader,
  rules: SubmissionRules,
  nowSeconds: number,
): Prepared {
  const reject = (index: number, reason: SubmissionReason): Prepared => ({ type: "rejected", index, reason });
  if (group.length === 0) return reject(0, { type: "emptyGroup" });
  if (group.length > rules.maxGroupSize) {
    const { maxGroupSize: maximum } = rules;
    return reject(0, { type: "groupTooLarge", limit: "slots", required: group.length, maximum });
  }
  const transactions: PreparedTransaction[] = [];
  for (const [index, signed] of group.entries()) {
    const { transaction } = signed;
    try {
      const words = messageWords(transaction, rules.domain);
      transactions.push({ signed, words, publicKey: state.getAccount(transaction.from).key });
    } catch (error) {
      if (!isCairnError(error)) throw error;
      const isOverflow = error.code === "protocol/amount-overflow";
      return reject(index, isOverflow ? { type: "amountOverflow" } : { type: "malformed", problem: error.message });
    }
  }
  /** Earlier transactions in the group raise the nonce that a member may have. */
  const ahead = new Map<AccountIndex, number>();
  for (const [index, { transaction }] of group.entries()) {
    const sender = state.getAccount(transaction.from);
    if (isEmptyAccount(sender)) return reject(index, { type: "unknownSender", index: transaction.from });
    if (sender.key === 0n) return reject(index, { type: "senderHasNoKey" });
    const expected = sender.nonce + (ahead.get(transaction.from) ?? 0);
    ahead.set(transaction.from, (ahead.get(transaction.from) ?? 0) + 1);
    if (transaction.nonce < expected) {
      const reason = { type: "nonceTooLow", expected, actual: transaction.nonce } as const;
      const canBeChecked = transactions.every(({ publicKey }) => publicKey !== 0n);
      return canBeChecked
        ? { type: "perhapsKnown", transactions, rejection: { index, reason } }
        : reject(index, reason);
    }
    if (transaction.nonce >= expected + rules.nonceWindow) {
      return reject(index, { type: "nonceTooFar", expected, maximum: expected + rules.nonceWindow - 1 });
    }
    const minimum = Math.max(nowSeconds, transaction.validFrom) + rules.minValiditySeconds;
    if (transaction.validUntil < minimum) {
      return reject(index, { type: "expiresTooSoon", validUntil: transaction.validUntil, minimum });
    }
  }
  const unpaid = findFeeProblem(group, rules.feePolicy);
  if (unpaid !== null) return reject(unpaid.index, unpaid.reason);
  return { type: "prepared", transactions };
}

/** What is wrong with the fees of a group at the current gas price, null if nothing is. */
export function findFeeProblem(group: TransactionGroup, feePolicy: FeePolicy): SubmissionRejection | null {
  const transactions = group.map(({ transaction }) => transaction);
  const shortfall = feePolicy.groupShortfall(transactions);
  const transaction = transactions[shortfall?.index ?? -1];
  if (shortfall === null || transaction === undefined) return null;
  const { index, lacks } = shortfall;
  const reason: SubmissionReason =
    lacks === "token"
      ? { type: "feeTokenNotAccepted", tokenId: transaction.tokenId }
      : { type: "feeTooLow", minimum: lacks };
  return { index, reason };
}
