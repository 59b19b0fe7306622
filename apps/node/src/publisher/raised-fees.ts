import type { L1Attempt } from "@cairn/db";
import { type GasFees, replacementFees } from "@cairn/l1";

/** Multiple of the market's tip up to which a transaction that L1 has is raised: more would not get it mined sooner. */
const MARKET_ROOM = 8n;
/**
 * Multiple of the market's tip up to which a call outbids what holds its nonce; beyond it, a cancellation does so with
 * less gas.
 */
const OUTBID_ROOM = 4n;

/** What is known about the next transaction, which is waiting. */
export interface StuckTransaction {
  readonly newest: Pick<L1Attempt, "kind" | "maxFeePerGas" | "maxPriorityFeePerGas">;
  /** L1 refused the newest attempt because an unknown transaction holds the nonce. */
  readonly isBlocked: boolean;
  /** Null while the cap is below the base fee. */
  readonly market: GasFees | null;
  readonly cap: bigint;
}

/** How to raise the fees. */
export type Raise =
  /** Sign another attempt with these fees. */
  | { readonly type: "raise"; readonly fees: GasFees; readonly isOutbid: boolean }
  /** They offer enough already. */
  | { readonly type: "enough" }
  /** More would exceed the cap. */
  | { readonly type: "capped" };

/**
 * Fees for another attempt. A transaction that L1 has is raised as nodes require of a replacement, up to a multiple of
 * the market; a blocked one doubles its offer, since what the blocker pays is unknown, and becomes a cancellation
 * (`isOutbid`) where the whole call would cost too much.
 */
export function raiseOf({ newest, isBlocked, market, cap }: StuckTransaction): Raise {
  const least = replacementFees(newest, market, cap);
  const tip = market?.maxPriorityFeePerGas ?? 0n;
  if (!isBlocked) {
    const offersMarket = market !== null && newest.maxFeePerGas >= market.maxFeePerGas;
    if (offersMarket && newest.maxPriorityFeePerGas >= MARKET_ROOM * atLeastOne(tip)) return { type: "enough" };
    return least === null ? { type: "capped" } : { type: "raise", fees: least, isOutbid: false };
  }
  if (least === null) return { type: "capped" };
  const fees = outbidding(newest, least);
  const isOutbid = newest.kind === "call" && fees.maxPriorityFeePerGas > OUTBID_ROOM * atLeastOne(tip);
  return { type: "raise", fees, isOutbid };
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
