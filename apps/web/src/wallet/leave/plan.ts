import type { EscapeLadder, Holdings } from "@cairn/verify";

/** What can be done, in order. */
export const STEPS = ["request", "freeze", "exit", "reclaim", "payOut", "claim"] as const;
/** A step of leaving. */
export type StepName = (typeof STEPS)[number];

/** Where a step stands. `none`: there is nothing to do in it. */
export type StepState =
  | { readonly type: "now" | "done" | "none" | "afterFreeze" | "afterRequest" }
  /** Seconds since the epoch. */
  | { readonly type: "opensAt"; readonly at: number };

/** Accounts that leave in one transaction: so many fit into the name of its request. */
const MOST_TOGETHER = 6;
/** Lines that are offered at a time: anyone can open accounts for anyone, and pay them worthless tokens. */
const MOST_OFFERED = 40;

/** Where each step stands for an owner, by what the contract says. */
export function leavePlan(holdings: Holdings, ladder: EscapeLadder): Readonly<Record<StepName, StepState>> {
  const { isFrozen, entries, payouts, claims } = holdings;
  const isIn = accountsToLeave(holdings).length > 0;
  const afterFreeze = (isThere: boolean): StepState =>
    isThere ? { type: isFrozen ? "now" : "afterFreeze" } : { type: "none" };
  return {
    request: requestState(isFrozen, isIn, ladder),
    freeze: freezeState(isFrozen, isIn || entries.length > 0, ladder),
    exit: afterFreeze(isIn),
    reclaim: afterFreeze(entries.length > 0),
    payOut: { type: payouts.length > 0 ? "now" : "none" },
    claim: { type: claims.length > 0 ? "now" : "none" },
  };
}

/** Whether the rollup has nothing of the owner any more. */
export function isEmpty({ entries, payouts, claims, ...holdings }: Holdings): boolean {
  const isIn = holdings.accounts.some(({ account, isExited }) => account.balance > 0n && !isExited);
  return !isIn && entries.length === 0 && payouts.length === 0 && claims.length === 0;
}

/** The accounts with money that have not left, ETH first, and then by the age of their tokens. */
export function accountsToLeave({ accounts }: Pick<Holdings, "accounts">): Holdings["accounts"] {
  return accounts
    .filter(({ account, isExited }) => account.balance > 0n && !isExited)
    .toSorted((a, b) => byWorth(a.account.tokenId, a.account.balance, b.account.tokenId, b.account.balance));
}

/**
 * Which accounts are offered to leave together: all in one transaction while they are few, or else each alone, so that nobody
 * pays gas for accounts that somebody else opened for them.
 */
export function leavingTogether(holdings: Pick<Holdings, "accounts">): readonly (readonly number[])[] {
  const indices = accountsToLeave(holdings).map(({ index }) => index);
  if (indices.length <= MOST_TOGETHER) return [indices];
  return indices.slice(0, MOST_OFFERED).map((index) => [index]);
}

/** What is offered of a list, ETH and large amounts first. */
export function offered<One extends { readonly tokenId: number; readonly amount: bigint }>(
  list: readonly One[],
): One[] {
  return list.toSorted((a, b) => byWorth(a.tokenId, a.amount, b.tokenId, b.amount)).slice(0, MOST_OFFERED);
}

function byWorth(tokenA: number, amountA: bigint, tokenB: number, amountB: bigint): number {
  if (tokenA !== tokenB) return tokenA - tokenB;
  return amountA === amountB ? 0 : amountA > amountB ? -1 : 1;
}

/** Any entry that waits lets the clock run, whoever made it. */
function requestState(isFrozen: boolean, isIn: boolean, { oldestEnqueuedAt }: EscapeLadder): StepState {
  if (isFrozen || oldestEnqueuedAt !== null) return { type: "done" };
  return { type: isIn ? "now" : "none" };
}

function freezeState(isFrozen: boolean, isWanted: boolean, { now, freezableAt }: EscapeLadder): StepState {
  if (isFrozen) return { type: "done" };
  if (!isWanted) return { type: "none" };
  if (freezableAt === null) return { type: "afterRequest" };
  return now >= freezableAt ? { type: "now" } : { type: "opensAt", at: freezableAt };
}
