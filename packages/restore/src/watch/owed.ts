import { ETH_TOKEN_ID } from "@cairn/protocol";
import type { StateView } from "@cairn/state";
import { assignedAccounts } from "../exit/exit-proof.ts";
import type { UnpaidPayout } from "../exit/payouts.ts";
import type { WaitingEntry } from "../stored-records.ts";
import { type Amounts, addAmount, type Payments } from "./payments.ts";

/** What the rollup owes in a token, by reason, in its smallest unit. */
export interface Owed {
  /** To accounts that have not exited after a freeze. */
  readonly balances: bigint;
  /** To owners of queue entries that were neither consumed nor reclaimed. */
  readonly waitingDeposits: bigint;
  /** To the submitters of the batches that will consume these entries; ETH only. */
  readonly submitterFees: bigint;
  readonly unpaidPayouts: bigint;
  readonly claimable: bigint;
}

/**
 * Sums of all balances, by token; goes through every account.
 *
 * @example const ethInAccounts = sumBalances(state).get(ETH_TOKEN_ID) ?? 0n;
 */
export function sumBalances(state: StateView): Amounts {
  const steps = balanceSums(state);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Sums up balances as {@link sumBalances}, a step for each account, so that the caller can pause. The state must not change
 * meanwhile.
 */
export function* balanceSums(state: StateView): Generator<void, Amounts, void> {
  const sums = new Map<number, bigint>();
  for (const { account } of assignedAccounts(state)) {
    addAmount(sums, account.tokenId, account.balance);
    yield;
  }
  return sums;
}

/** What must be in the rollup's custody, by token. See {@link totalOwed}. */
export function computeOwed(parts: {
  readonly balances: Amounts;
  readonly waiting: readonly WaitingEntry[];
  readonly unpaid: readonly UnpaidPayout[];
  readonly payments: Payments;
}): ReadonlyMap<number, Owed> {
  const { balances, waiting, unpaid, payments } = parts;
  const deposits = new Map<number, bigint>();
  const payouts = new Map<number, bigint>();
  let fees = -payments.reclaimedFees;
  for (const { operation, submitterFee } of waiting) {
    fees += submitterFee;
    if (operation.type === "deposit") addAmount(deposits, operation.tokenId, operation.amount);
  }
  for (const { tokenId, amount } of unpaid) addAmount(payouts, tokenId, amount);
  const tokens = new Set<number>([ETH_TOKEN_ID]);
  for (const amounts of [balances, deposits, payouts, payments.claimable]) {
    for (const token of amounts.keys()) tokens.add(token);
  }
  const of = (amounts: Amounts, token: number): bigint => amounts.get(token) ?? 0n;
  return new Map(
    [...tokens].map((token): [number, Owed] => [
      token,
      {
        balances: of(balances, token) - of(payments.exited, token),
        waitingDeposits: of(deposits, token) - of(payments.reclaimed, token),
        submitterFees: token === ETH_TOKEN_ID ? fees : 0n,
        unpaidPayouts: of(payouts, token),
        claimable: of(payments.claimable, token),
      },
    ]),
  );
}

/**
 * The total.
 *
 * @example for (const [token, owed] of computeOwed(parts)) console.log(token, totalOwed(owed));
 */
export function totalOwed(owed: Owed): bigint {
  return owed.balances + owed.waitingDeposits + owed.submitterFees + owed.unpaidPayouts + owed.claimable;
}
