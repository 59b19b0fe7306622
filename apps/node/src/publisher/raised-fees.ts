import type { L1Attempt } from "@cairn/db";
import { type BlobGasFees, type GasFees, replacementBlobFees, replacementFees } from "@cairn/l1";

/** Multiple of the market's tip up to which a transaction that L1 has is raised: more would not get it mined sooner. */
const MARKET_ROOM = 8n;
/**
 * Multiple of the market's tip up to which a call outbids what holds its nonce; beyond it, a cancellation does so with
 * less gas.
 */
const OUTBID_ROOM = 4n;

/** Fees of an ordinary transaction, or of a blob transaction. */
export type L1Fees = GasFees | BlobGasFees;

/** Most that is ever offered, in wei per gas and per blob gas. */
export interface FeeCaps {
  readonly gas: bigint;
  readonly blobGas: bigint;
}

/** A replacement of a blob transaction doubles its fees: a call offers so little at first that it can be replaced twice, */
const FIRST_SHARE = 4n;
/** and later so little that a cancellation can still replace it. */
const RAISED_SHARE = 2n;

/**
 * Most that the first version of a blob transaction offers: below the caps there is room for another version of the call, and
 * then for a cancellation.
 *
 * @example firstBlobCaps({ gas: 200n, blobGas: 100n }) // { gas: 50n, blobGas: 25n }
 */
export function firstBlobCaps(caps: FeeCaps): FeeCaps {
  return { gas: caps.gas / FIRST_SHARE, blobGas: caps.blobGas / FIRST_SHARE };
}

/** What is known about the next transaction, which is waiting. */
export interface StuckTransaction {
  readonly newest: Pick<L1Attempt, "kind" | "maxFeePerGas" | "maxPriorityFeePerGas" | "maxFeePerBlobGas">;
  /** L1 refused the newest attempt because an unknown transaction holds the nonce. */
  readonly isBlocked: boolean;
  /** For transactions of its type; null while a cap is below its base fee. */
  readonly market: L1Fees | null;
  readonly caps: FeeCaps;
}

/** How to raise the fees. */
export type Raise =
  /** Sign another attempt with these fees. */
  | { readonly type: "raise"; readonly fees: L1Fees; readonly isOutbid: boolean }
  /** They offer enough already. */
  | { readonly type: "enough" }
  /** More would exceed the cap. */
  | { readonly type: "capped" };

/**
 * Fees for another attempt. A transaction that L1 has is raised as nodes require of a replacement, up to a multiple of
 * the market; a blocked one doubles its offer, since what the blocker pays is unknown, and becomes a cancellation
 * (`isOutbid`) where the whole call would cost too much. Blob transactions double all their fees each time, and a call with
 * a blob offers at most half of the caps, so that a cancellation can still replace it.
 */
export function raiseOf({ newest, isBlocked, market, caps }: StuckTransaction): Raise {
  const least = leastReplacement(newest, market, newest.kind === "call" ? capsOfCall(newest, caps) : caps);
  const tip = market?.maxPriorityFeePerGas ?? 0n;
  if (!isBlocked) {
    const offersMarket = market !== null && isAtLeast(newest, market);
    if (offersMarket && newest.maxPriorityFeePerGas >= MARKET_ROOM * atLeastOne(tip)) return { type: "enough" };
    return least === null ? { type: "capped" } : { type: "raise", fees: least, isOutbid: false };
  }
  if (least === null) {
    const cancelling = newest.kind === "call" ? leastReplacement(newest, market, caps) : null;
    return cancelling === null ? { type: "capped" } : { type: "raise", fees: cancelling, isOutbid: true };
  }
  const fees = isBlobFees(least) ? least : outbidding(newest, least);
  const isOutbid = newest.kind === "call" && fees.maxPriorityFeePerGas > OUTBID_ROOM * atLeastOne(tip);
  return { type: "raise", fees, isOutbid };
}

/** The least that replaces an attempt, at the market's price or above; null when that would exceed a cap. */
export function leastReplacement(
  newest: Pick<L1Attempt, "maxFeePerGas" | "maxPriorityFeePerGas" | "maxFeePerBlobGas">,
  market: L1Fees | null,
  caps: FeeCaps,
): L1Fees | null {
  const { maxFeePerBlobGas, ...gasFees } = newest;
  if (maxFeePerBlobGas === undefined) return replacementFees(newest, market, caps.gas);
  const blobMarket = market !== null && isBlobFees(market) ? within(market, caps) : null;
  return replacementBlobFees({ ...gasFees, maxFeePerBlobGas }, blobMarket, caps);
}

/** Most that a raised call may offer. */
function capsOfCall({ maxFeePerBlobGas }: StuckTransaction["newest"], caps: FeeCaps): FeeCaps {
  if (maxFeePerBlobGas === undefined) return caps;
  return { gas: caps.gas / RAISED_SHARE, blobGas: caps.blobGas / RAISED_SHARE };
}

/** The market's price as far as it may be offered. */
function within({ maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas }: BlobGasFees, caps: FeeCaps): BlobGasFees {
  return {
    maxFeePerGas: min(maxFeePerGas, caps.gas),
    maxPriorityFeePerGas: min(maxPriorityFeePerGas, caps.gas),
    maxFeePerBlobGas: min(maxFeePerBlobGas, caps.blobGas),
  };
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Whether an attempt offers what the market asks for gas and, if it carries a blob, for blob gas. */
function isAtLeast(newest: StuckTransaction["newest"], market: L1Fees): boolean {
  const blobPrice = isBlobFees(market) ? market.maxFeePerBlobGas : 0n;
  return newest.maxFeePerGas >= market.maxFeePerGas && (newest.maxFeePerBlobGas ?? 0n) >= blobPrice;
}

function isBlobFees(fees: L1Fees): fees is BlobGasFees {
  return "maxFeePerBlobGas" in fees;
}

/**
 * Twice the tip. An unmined transaction that holds a nonce offers less than the base fee in all, and so in tips:
 * doubling gets there in a few steps, while the whole fee rises only as nodes require.
 */
function outbidding({ maxPriorityFeePerGas: tip }: GasFees, least: GasFees): GasFees {
  const { maxFeePerGas } = least;
  const wanted = 2n * atLeastOne(tip);
  const raised = wanted > least.maxPriorityFeePerGas ? wanted : least.maxPriorityFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas: raised < maxFeePerGas ? raised : maxFeePerGas };
}

function atLeastOne(fee: bigint): bigint {
  return fee > 0n ? fee : 1n;
}
