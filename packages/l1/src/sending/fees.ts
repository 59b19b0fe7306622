/** EIP-1559 fees in wei per gas. */
export interface GasFees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Percent by which a replacement raises both fees; nodes require 10, the margin covers rounding. */
const REPLACEMENT_PERCENT = 13n;

/**
 * Fees of a first attempt: room for the base fee to double, within the cap. Null while the cap is below the base fee.
 *
 * @example initialFees(10n, 2n, 100n) // { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n }
 */
export function initialFees(baseFee: bigint, suggestedPriority: bigint, cap: bigint): GasFees | null {
  if (baseFee >= cap) return null;
  const wanted = 2n * baseFee + suggestedPriority;
  const maxFeePerGas = wanted < cap ? wanted : cap;
  const maxPriorityFeePerGas = suggestedPriority < maxFeePerGas ? suggestedPriority : maxFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas };
}

/**
 * Fees that replace those of a pending transaction: each raised as nodes require, and at least to the market's.
 * Null when that would exceed the cap; a null cap means none.
 *
 * @example const fees = replacementFees(newestAttempt(transaction), initialFees(baseFee, priority, cap), cap);
 */
export function replacementFees(previous: GasFees, market: GasFees | null, cap: bigint | null): GasFees | null {
  const raised = (fee: bigint) => fee + (fee * REPLACEMENT_PERCENT + 99n) / 100n + 1n;
  const maxPriorityFeePerGas = max(raised(previous.maxPriorityFeePerGas), market?.maxPriorityFeePerGas ?? 0n);
  const maxFeePerGas = max(raised(previous.maxFeePerGas), market?.maxFeePerGas ?? 0n);
  if (cap !== null && maxFeePerGas > cap) return null;
  if (maxPriorityFeePerGas > maxFeePerGas)
    return cap === null ? { maxFeePerGas: maxPriorityFeePerGas, maxPriorityFeePerGas } : null;
  return { maxFeePerGas, maxPriorityFeePerGas };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
