import {
  type Account,
  type AccountIndex,
  type Deposit,
  type ForcedWithdraw,
  isEmptyAccount,
  type L1Operation,
  type Payout,
  type SetKey,
} from "@cairn/protocol";
import { applyCreation, applyCredit, replaceAccount, type SlotEffect, UNUSED_STEP } from "./effects.ts";
import { isTreeFull, type WorkingState } from "./state.ts";

/** What became of an L1 operation (spec 2.8). */
export type L1Outcome =
  /** The deposit was added to the account it named. */
  | { readonly type: "toppedUp"; readonly index: AccountIndex }
  /** The deposit created an account. */
  | { readonly type: "created"; readonly index: AccountIndex }
  /** The tree is full: the deposit goes back to its owner. */
  | { readonly type: "refunded"; readonly payout: Payout }
  /** The whole balance leaves for the owner. */
  | { readonly type: "exited"; readonly index: AccountIndex; readonly payout: Payout }
  /** The account has the new key. */
  | { readonly type: "keySet"; readonly index: AccountIndex }
  /** Forced withdrawal or new key for an index that is unassigned or belongs to someone else. */
  | { readonly type: "noEffect"; readonly cause: "unassigned" | "notOwner" };

/** An outcome with the leaf steps behind it. */
export interface L1Execution {
  readonly outcome: L1Outcome;
  readonly effect: SlotEffect;
}

/** Executes one L1 operation, which never fails. Throws `vm/supply-exceeded`. */
export function applyL1Operation(state: WorkingState, operation: L1Operation): L1Execution {
  switch (operation.type) {
    case "deposit":
      return applyDeposit(state, operation);
    case "forcedWithdraw":
      return applyForcedWithdraw(state, operation);
    case "setKey":
      return applySetKey(state, operation);
  }
}

function applyDeposit(state: WorkingState, { owner, tokenId, amount, index, key }: Deposit): L1Execution {
  const named = state.getAccount(index);
  if (isToppedUp(named, { owner, tokenId, key })) {
    const a = applyCredit(state, index, amount);
    return { outcome: { type: "toppedUp", index }, effect: { a, b: UNUSED_STEP, amount, payout: null, created: null } };
  }
  const a = { index, before: named, after: named };
  if (isTreeFull(state)) {
    const payout = { recipient: owner, tokenId, amount };
    return { outcome: { type: "refunded", payout }, effect: { a, b: UNUSED_STEP, amount, payout, created: null } };
  }
  const b = applyCreation(state, { owner, tokenId, nonce: 0, ownerKey: key !== 0n, balance: amount, key });
  return {
    outcome: { type: "created", index: b.index },
    effect: { a, b, amount, payout: null, created: b.index },
  };
}

/**
 * Whether a deposit belongs on the named account; a key that its owner never authorised may be a thief's (spec 2.8).
 */
function isToppedUp(named: Account, { owner, tokenId, key }: Pick<Deposit, "owner" | "tokenId" | "key">): boolean {
  if (isEmptyAccount(named) || named.owner !== owner || named.tokenId !== tokenId) return false;
  return named.key === key || (key === 0n && named.ownerKey);
}

function applyForcedWithdraw(state: WorkingState, operation: ForcedWithdraw): L1Execution {
  const { index } = operation;
  const before = state.getAccount(index);
  if (isEmptyAccount(before) || before.owner !== operation.sender) return withoutEffect(state, operation);
  const amount = before.balance;
  const payout = { recipient: before.owner, tokenId: before.tokenId, amount };
  const a = replaceAccount(state, index, before, { ...before, balance: 0n });
  return { outcome: { type: "exited", index, payout }, effect: { a, b: UNUSED_STEP, amount, payout, created: null } };
}

function applySetKey(state: WorkingState, operation: SetKey): L1Execution {
  const { index, key } = operation;
  const before = state.getAccount(index);
  if (isEmptyAccount(before) || before.owner !== operation.sender) return withoutEffect(state, operation);
  const a = replaceAccount(state, index, before, { ...before, key, ownerKey: key !== 0n });
  return { outcome: { type: "keySet", index }, effect: { a, b: UNUSED_STEP, amount: 0n, payout: null, created: null } };
}

function withoutEffect(state: WorkingState, { index }: ForcedWithdraw | SetKey): L1Execution {
  const account = state.getAccount(index);
  return {
    outcome: { type: "noEffect", cause: isEmptyAccount(account) ? "unassigned" : "notOwner" },
    effect: {
      a: { index, before: account, after: account },
      b: UNUSED_STEP,
      amount: 0n,
      payout: null,
      created: null,
    },
  };
}
