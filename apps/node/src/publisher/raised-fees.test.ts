import { describe, expect, it } from "vitest";
import { firstBlobCaps, raiseOf } from "./raised-fees.ts";

const market = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n };
const of = (
  fees: readonly [maxFee: bigint, tip: bigint],
  change: Partial<Parameters<typeof raiseOf>[0]> & { readonly kind?: "call" | "cancel" } = {},
) => {
  const { kind = "call", ...rest } = change;
  const newest = { kind, maxFeePerGas: fees[0], maxPriorityFeePerGas: fees[1] };
  return raiseOf({ newest, isBlocked: false, market, caps: { gas: 10_000n, blobGas: 10_000n }, ...rest });
};

describe("raised fees", () => {
  it("of a transaction that L1 has rise as nodes require, but no further than a multiple of the market's tip", () => {
    expect(of([100n, 10n])).toMatchObject({ type: "raise", fees: { maxPriorityFeePerGas: 13n }, isOutbid: false });
    expect(of([500n, 80n])).toEqual({ type: "enough" });
    // The market's base fee has outgrown it: tips do not matter.
    expect(of([90n, 80n])).toMatchObject({ type: "raise" });
    expect(of([100n, 10n], { caps: { gas: 105n, blobGas: 1n } })).toEqual({ type: "capped" });
  });

  it("of a blocked transaction double the tip, and turn an expensive call into a cheap cancellation", () => {
    expect(of([200n, 10n], { isBlocked: true })).toMatchObject({
      fees: { maxPriorityFeePerGas: 20n },
      isOutbid: false,
    });
    expect(of([200n, 30n], { isBlocked: true })).toMatchObject({ fees: { maxPriorityFeePerGas: 60n }, isOutbid: true });
    expect(of([200n, 60n], { isBlocked: true, kind: "cancel" })).toMatchObject({
      fees: { maxPriorityFeePerGas: 120n },
      isOutbid: false,
    });
    expect(of([200n, 60n], { isBlocked: true, caps: { gas: 210n, blobGas: 1n } })).toEqual({ type: "capped" });
  });

  it("of a blob transaction double, all three, and only while one of them is below the market's", () => {
    const blobMarket = { ...market, maxFeePerBlobGas: 40n };
    const ofBlob = (blobFee: bigint, tip: bigint, change: Partial<Parameters<typeof raiseOf>[0]> = {}) => {
      const newest = {
        kind: "call",
        maxFeePerGas: 100n,
        maxPriorityFeePerGas: tip,
        maxFeePerBlobGas: blobFee,
      } as const;
      const caps = { gas: 10_000n, blobGas: 10_000n };
      return raiseOf({ newest, isBlocked: false, market: blobMarket, caps, ...change });
    };
    const doubled = { maxFeePerGas: 200n, maxPriorityFeePerGas: 20n, maxFeePerBlobGas: 60n };
    expect(ofBlob(30n, 10n)).toEqual({ type: "raise", fees: doubled, isOutbid: false });
    expect(ofBlob(40n, 80n)).toEqual({ type: "enough" });
    expect(ofBlob(39n, 80n)).toMatchObject({ type: "raise" });
    expect(ofBlob(30n, 10n, { caps: { gas: 10_000n, blobGas: 59n } })).toEqual({ type: "capped" });
    expect(ofBlob(30n, 10n, { market: null })).toMatchObject({ type: "raise", fees: doubled });
    expect(ofBlob(30n, 30n, { isBlocked: true })).toMatchObject({ type: "raise", isOutbid: true });
  });

  it("of a call with a blob leave room below the caps for a cancellation, and at first for another call too", () => {
    const caps = { gas: 800n, blobGas: 400n };
    const blobMarket = { maxFeePerGas: 700n, maxPriorityFeePerGas: 10n, maxFeePerBlobGas: 390n };
    const next = (newest: Parameters<typeof raiseOf>[0]["newest"], isBlocked = false) =>
      raiseOf({ newest, isBlocked, market: blobMarket, caps });
    const { gas, blobGas } = firstBlobCaps(caps);
    expect([gas, blobGas]).toEqual([200n, 100n]);
    const first = { kind: "call", maxFeePerGas: gas, maxPriorityFeePerGas: 10n, maxFeePerBlobGas: blobGas } as const;
    const second = { maxFeePerGas: 400n, maxPriorityFeePerGas: 20n, maxFeePerBlobGas: 200n };
    expect(next(first)).toEqual({ type: "raise", fees: second, isOutbid: false });
    const last = { maxFeePerGas: 800n, maxPriorityFeePerGas: 40n, maxFeePerBlobGas: 400n };
    expect(next({ kind: "call", ...second })).toEqual({ type: "capped" });
    expect(next({ kind: "cancel", ...second })).toEqual({ type: "raise", fees: last, isOutbid: false });
    // What holds the nonce is outbid by a cancellation as soon as a call may not be raised.
    expect(next({ kind: "call", ...second }, true)).toEqual({ type: "raise", fees: last, isOutbid: true });
    expect(next({ kind: "cancel", ...last }, true)).toEqual({ type: "capped" });
  });
});
