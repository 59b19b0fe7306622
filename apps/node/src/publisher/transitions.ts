import type { L1AttemptKind, L1Cost, L1Inclusion, L1TransactionStatus } from "@cairn/db";
import type { L1Fees } from "./raised-fees.ts";

/** What L1 and the database say about an L1 transaction now; the README's table uses these. */
export interface Facts {
  readonly status: L1TransactionStatus;
  /** Kind of the newest attempt: `cancel` once the call was given up. */
  readonly newest: L1AttemptKind;
  /** Where one of the attempts was mined. */
  readonly receipt: {
    readonly kind: L1AttemptKind;
    readonly inclusion: L1Inclusion;
    /** Null when L1 does not say. */
    readonly cost: L1Cost | null;
    readonly isSuccess: boolean;
    /** It is deep enough to count as settled. */
    readonly isSettled: boolean;
  } | null;
  /** Another account signed it, whose key this publisher used before. */
  readonly isForeign: boolean;
  /** The chain has used the nonce at settled depth; for a foreign one, the wait was long enough. */
  readonly isNonceSpent: boolean;
  /** The call has become pointless: it can only revert, or someone else has done it. */
  readonly isVoid: boolean;
  /** Next to be mined, but pending for too long or refused because its fees are too low. */
  readonly isStuck: boolean;
  /** The call would cost too much to outbid what holds its nonce: use a cancellation. */
  readonly isOutbid: boolean;
  /** Fees of a replacement, null while they would exceed the cap. */
  readonly raisedFees: L1Fees | null;
}

/** What to do about an L1 transaction. */
export type Step =
  /** Record its status. */
  | {
      readonly type: "move";
      readonly to: Exclude<L1TransactionStatus, "prepared">;
      readonly mined: L1Inclusion | null;
      /** Null unless it was mined, as a call or as a cancellation. */
      readonly cost: L1Cost | null;
      readonly failure: string | null;
    }
  /** Send the newest attempt's bytes to L1, again if necessary; `isCapped` when higher fees would exceed the cap. */
  | { readonly type: "broadcast"; readonly isCapped: boolean }
  /** Sign another attempt with these fees under the same nonce, store it, then broadcast it. */
  | { readonly type: "replace"; readonly kind: L1AttemptKind; readonly fees: L1Fees }
  /** Nothing can be done now; `isCapped` when the fee cap is the reason. */
  | { readonly type: "wait"; readonly isCapped: boolean };

/** The next step given the facts. */
export function nextStep(facts: Facts): Step {
  const { status, receipt, raisedFees } = facts;
  if (receipt !== null) return stepOfMined(receipt);
  if (status !== "prepared" && status !== "sent") {
    return { type: "move", to: "sent", mined: null, cost: null, failure: null };
  }
  if (facts.isNonceSpent) {
    const failure = facts.isForeign ? "its account is no longer used" : "another transaction took the nonce";
    return { type: "move", to: "abandoned", mined: null, cost: null, failure };
  }
  const isGivenUp = (facts.isVoid || facts.isOutbid) && facts.newest === "call";
  if (isGivenUp && raisedFees === null) return { type: "wait", isCapped: true };
  if (raisedFees !== null && (isGivenUp || facts.isStuck)) {
    return { type: "replace", kind: isGivenUp ? "cancel" : facts.newest, fees: raisedFees };
  }
  return { type: "broadcast", isCapped: facts.isStuck };
}

function stepOfMined({ kind, inclusion, cost, isSuccess, isSettled }: NonNullable<Facts["receipt"]>): Step {
  if (kind === "call" && isSuccess) {
    return { type: "move", to: isSettled ? "final" : "mined", mined: inclusion, cost, failure: null };
  }
  if (!isSettled) return { type: "wait", isCapped: false };
  if (kind === "cancel") return { type: "move", to: "abandoned", mined: null, cost, failure: "cancelled" };
  return { type: "move", to: "failed", mined: inclusion, cost, failure: "reverted" };
}
