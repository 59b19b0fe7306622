import { describe, expect, it } from "vitest";
import { type Facts, nextStep } from "./transitions.ts";

const FEES = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n };
const inclusion = { hash: Uint8Array.of(1), block: 7, blockHash: Uint8Array.of(2) };
const cost = { gasUsed: 21_000, blobGasUsed: 0, paidWei: 7n };
const step = (change: Partial<Facts>) =>
  nextStep({
    status: "sent",
    newest: "call",
    receipt: null,
    isForeign: false,
    isNonceSpent: false,
    isVoid: false,
    isStuck: false,
    isOutbid: false,
    raisedFees: null,
    ...change,
  });
const receipt = (change: Partial<NonNullable<Facts["receipt"]>> = {}) => ({
  kind: "call" as const,
  inclusion,
  cost,
  isSuccess: true,
  isSettled: false,
  ...change,
});

describe("steps of an L1 transaction", () => {
  it("follow a receipt, whatever else is known", () => {
    for (const status of ["prepared", "sent", "mined", "final"] as const) {
      expect(step({ status, receipt: receipt(), isVoid: true, isNonceSpent: true })).toMatchObject({ to: "mined" });
    }
    expect(step({ receipt: receipt({ isSettled: true }) })).toMatchObject({ to: "final", mined: inclusion });
    expect(step({ receipt: receipt({ isSuccess: false }) })).toEqual({ type: "wait", isCapped: false });
    expect(step({ receipt: receipt({ isSuccess: false, isSettled: true }) })).toMatchObject({ to: "failed" });
    expect(step({ receipt: receipt({ kind: "cancel" }) })).toEqual({ type: "wait", isCapped: false });
    expect(step({ receipt: receipt({ kind: "cancel", isSettled: true }) })).toMatchObject({ to: "abandoned" });
  });

  it("keep what a mined one cost, whether it succeeded, was reverted or was only a cancellation", () => {
    for (const change of [{ isSuccess: true }, { isSuccess: false }, { kind: "cancel" as const }]) {
      expect(step({ receipt: receipt({ isSettled: true, ...change }) })).toMatchObject({ cost });
    }
    expect(step({ status: "mined" })).toMatchObject({ to: "sent", cost: null });
  });

  it("undo what a reorg removed", () => {
    for (const status of ["mined", "final", "failed"] as const) expect(step({ status })).toMatchObject({ to: "sent" });
  });

  it("send the same bytes again until fees must rise, within the cap", () => {
    expect(step({ status: "prepared" })).toEqual({ type: "broadcast", isCapped: false });
    expect(step({ raisedFees: FEES })).toEqual({ type: "broadcast", isCapped: false });
    expect(step({ isStuck: true, raisedFees: FEES })).toEqual({ type: "replace", kind: "call", fees: FEES });
    expect(step({ isStuck: true })).toEqual({ type: "broadcast", isCapped: true });
  });

  it("give up a pointless call for good, and never resend it", () => {
    expect(step({ isVoid: true, raisedFees: FEES })).toEqual({ type: "replace", kind: "cancel", fees: FEES });
    expect(step({ isVoid: true })).toEqual({ type: "wait", isCapped: true });
    expect(step({ newest: "cancel" })).toEqual({ type: "broadcast", isCapped: false });
    expect(step({ newest: "cancel", isStuck: true, raisedFees: FEES })).toMatchObject({ kind: "cancel" });
  });

  it("win the nonce with a cancellation when the whole call would cost too much", () => {
    expect(step({ isStuck: true, isOutbid: true, raisedFees: FEES })).toMatchObject({
      type: "replace",
      kind: "cancel",
    });
    expect(step({ newest: "cancel", isStuck: true, raisedFees: FEES })).toMatchObject({ kind: "cancel" });
  });

  it("abandon a nonce only when it is certainly used", () => {
    expect(step({ isNonceSpent: true, isVoid: true, raisedFees: FEES })).toMatchObject({ to: "abandoned" });
  });
});
