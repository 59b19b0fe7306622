import { formatEther, type Hex } from "viem";

/** A call of the rollup that was sent, or only simulated. */
export interface SentCall {
  readonly name: string;
  /** Null for a dry run. */
  readonly l1Transaction: Hex | null;
  readonly l1Block: number | null;
  /** Gas used; for a dry run what it would use now, null where the L1 node does not simulate. */
  readonly gas: bigint | null;
  /** The most that it may use: the transaction's limit, which an account must be able to pay. */
  readonly gasLimit: bigint;
  /** Price of `gas`; for a dry run at the current price. */
  readonly feeWei: bigint | null;
  /** Price of `gasLimit`; for a dry run at the current price. */
  readonly feeLimitWei: bigint;
  /** An earlier run of the same command signed it; this run only found out what became of it. */
  readonly isResumed: boolean;
}

/** Gas of a transaction and its price. */
export type GasCost = Pick<SentCall, "gas" | "gasLimit" | "feeWei" | "feeLimitWei">;

/** Rows about calls that were sent or simulated, with a total for several. */
export function sentRows(calls: readonly SentCall[]): string[][] {
  const rows = calls.map((call) =>
    call.l1Transaction === null
      ? ["DRY RUN", `nothing sent; would use ${expectedCost(call)}`]
      : [
          "L1 transaction",
          `${call.l1Transaction} (${usedCost(call)})${call.isResumed ? ", signed by an earlier run" : ""}`,
        ],
  );
  if (calls.length < 2) return rows;
  const all = sumCosts(calls);
  return [...rows, ["together", calls.some((call) => call.l1Transaction === null) ? expectedCost(all) : usedCost(all)]];
}

/** What a simulated transaction is expected to use, and what it may use at most. */
export function expectedCost({ gas, gasLimit, feeWei, feeLimitWei }: GasCost): string {
  const most = `${gasLimit} gas, ${formatEther(feeLimitWei)} ETH`;
  if (gas === null || feeWei === null) return `at most ${most} (this L1 node cannot say how much of it)`;
  return `about ${gas} gas, ${formatEther(feeWei)} ETH; at most ${most}`;
}

/** Cost of several transactions; null if one is unknown. */
export function sumCosts(costs: readonly GasCost[]): GasCost {
  const add = (a: bigint | null, b: bigint | null) => (a === null || b === null ? null : a + b);
  return costs.reduce<GasCost>(
    (sum, one) => ({
      gas: add(sum.gas, one.gas),
      gasLimit: sum.gasLimit + one.gasLimit,
      feeWei: add(sum.feeWei, one.feeWei),
      feeLimitWei: sum.feeLimitWei + one.feeLimitWei,
    }),
    { gas: 0n, gasLimit: 0n, feeWei: 0n, feeLimitWei: 0n },
  );
}

function usedCost({ gas, feeWei }: GasCost): string {
  return `${gas} gas, ${formatEther(feeWei ?? 0n)} ETH`;
}
