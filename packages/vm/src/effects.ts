import {
  type Account,
  type AccountIndex,
  accountIndex,
  BALANCE_BITS,
  CairnError,
  decodeFloat40,
  EMPTY_ACCOUNT,
  type Float40,
  type Payout,
  type TokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import type { VmErrorCode } from "./errors.ts";
import type { WorkingState } from "./state.ts";
import type { LeafStep } from "./trace.ts";

/** What one slot did to the state. */
export interface SlotEffect {
  readonly a: LeafStep;
  readonly b: LeafStep;
  /** Amount moved, decoded; 0 where nothing moved. */
  readonly amount: bigint;
  readonly payout: Payout | null;
  /** Index of the account that the slot created. */
  readonly created: AccountIndex | null;
}

/** The sender's side of an L2 transaction, its amounts decoded. Precondition: amount + fee ≤ balance, nonce + 1 < 2^40. */
export interface Debit {
  readonly from: AccountIndex;
  readonly amount: bigint;
  readonly fee: bigint;
}

/** A step that opens the empty leaf 0 and leaves it as it is. */
export const UNUSED_STEP: LeafStep = { index: accountIndex(0), before: EMPTY_ACCOUNT, after: EMPTY_ACCOUNT };

/** The effect of a noop. */
export const NO_EFFECT: SlotEffect = { a: UNUSED_STEP, b: UNUSED_STEP, amount: 0n, payout: null, created: null };

const MAX_BALANCE = (1n << BigInt(BALANCE_BITS)) - 1n;

/** amount' of spec 2.5, which is negative when the whole balance is less than the fee. Throws `protocol/amount-overflow`. */
export function amountMoved(encoded: Float40, fee: bigint, balance: bigint): bigint {
  return encoded === WHOLE_BALANCE ? balance - fee : decodeFloat40(encoded);
}

/** Transfer to an assigned account (spec 2.6). Throws `vm/supply-exceeded`. */
export function applyTransfer(state: WorkingState, debit: Debit, to: AccountIndex): SlotEffect {
  const a = applyDebit(state, debit);
  const b = applyCredit(state, to, debit.amount);
  return { a, b, amount: debit.amount, payout: null, created: null };
}

/** Transfer that creates its receiver (spec 2.6). Precondition: the tree is not full. */
export function applyTransferToNew(
  state: WorkingState,
  debit: Debit,
  receiver: { readonly owner: bigint; readonly key: bigint },
): SlotEffect {
  const a = applyDebit(state, debit);
  const { tokenId } = a.after;
  const b = applyCreation(state, { ...receiver, tokenId, nonce: 0, ownerKey: false, balance: debit.amount });
  return { a, b, amount: debit.amount, payout: null, created: b.index };
}

/** Withdrawal to an L1 address (spec 2.6). */
export function applyWithdraw(state: WorkingState, debit: Debit, recipient: bigint): SlotEffect {
  const a = applyDebit(state, debit);
  const payout = { recipient, tokenId: a.after.tokenId, amount: debit.amount };
  return { a, b: UNUSED_STEP, amount: debit.amount, payout, created: null };
}

/** Adds to an assigned account's balance. Throws `vm/supply-exceeded`. */
export function applyCredit(state: WorkingState, index: AccountIndex, amount: bigint): LeafStep {
  const before = state.getAccount(index);
  const balance = before.balance + amount;
  if (balance > MAX_BALANCE) throw supplyExceeded(index, before.tokenId);
  return replaceAccount(state, index, before, { ...before, balance });
}

/** Creates `account` at nextIndex. Precondition: the tree is not full. */
export function applyCreation(state: WorkingState, account: Account): LeafStep {
  return { index: state.createAccount(account), before: EMPTY_ACCOUNT, after: account };
}

/** Writes `after` over `before` and records it as a step. */
export function replaceAccount(state: WorkingState, index: AccountIndex, before: Account, after: Account): LeafStep {
  state.setAccount(index, after);
  return { index, before, after };
}

function applyDebit(state: WorkingState, { from, amount, fee }: Debit): LeafStep {
  const before = state.getAccount(from);
  const after = { ...before, nonce: before.nonce + 1, balance: before.balance - amount - fee };
  return replaceAccount(state, from, before, after);
}

function supplyExceeded(index: AccountIndex, token: TokenId): CairnError<VmErrorCode> {
  return new CairnError<VmErrorCode>(
    "vm/supply-exceeded",
    `credit to account ${index} exceeds 2^128 - 1 of token ${token}`,
  );
}
