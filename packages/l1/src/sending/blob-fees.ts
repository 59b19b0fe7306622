import type { BlobGasFees } from "./blob-transaction.ts";
import { type GasFees, initialFees } from "./fees.ts";

/** What L1 charges now, in wei. */
export interface BlobMarket {
  readonly baseFee: bigint;
  readonly priority: bigint;
  readonly blobBaseFee: bigint;
}

/** Most that is ever offered, in wei per gas and per blob gas. */
export interface BlobFeeCaps {
  readonly gas: bigint;
  readonly blobGas: bigint;
}

/** Least fee per blob gas (EIP-4844). */
const MIN_BLOB_FEE = 1n;
/** A replacement must offer at least twice of each fee: nodes' blob pools require it. */
const REPLACEMENT_FACTOR = 2n;

/**
 * Fees of a first attempt: room for both base fees to double, within the caps. Null while a cap is not above its base fee.
 *
 * @example initialBlobFees({ baseFee: 10n, priority: 2n, blobBaseFee: 5n }, { gas: 100n, blobGas: 100n })?.maxFeePerBlobGas // 10n
 */
export function initialBlobFees(market: BlobMarket, caps: BlobFeeCaps): BlobGasFees | null {
  const fees = initialFees(market.baseFee, market.priority, caps.gas);
  const blobBaseFee = max(market.blobBaseFee, MIN_BLOB_FEE);
  if (fees === null || blobBaseFee >= caps.blobGas) return null;
  return { ...fees, maxFeePerBlobGas: min(2n * blobBaseFee, caps.blobGas) };
}

/**
 * Fees that replace those of a pending blob transaction: all three doubled, and at least the market's. Null when one would
 * exceed its cap.
 *
 * @example const fees = replacementBlobFees(newest, initialBlobFees(market, caps), caps);
 */
export function replacementBlobFees(
  previous: BlobGasFees,
  market: BlobGasFees | null,
  caps: BlobFeeCaps,
): BlobGasFees | null {
  const raised = (name: keyof BlobGasFees): bigint =>
    max(REPLACEMENT_FACTOR * max(previous[name], 1n), market?.[name] ?? 0n);
  const maxPriorityFeePerGas = raised("maxPriorityFeePerGas");
  const fees: GasFees = { maxPriorityFeePerGas, maxFeePerGas: max(raised("maxFeePerGas"), maxPriorityFeePerGas) };
  const maxFeePerBlobGas = raised("maxFeePerBlobGas");
  if (fees.maxFeePerGas > caps.gas || maxFeePerBlobGas > caps.blobGas) return null;
  return { ...fees, maxFeePerBlobGas };
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
