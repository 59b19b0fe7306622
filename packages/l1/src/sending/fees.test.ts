import { describe, expect, it } from "vitest";
import { initialFees, replacementFees } from "./fees.ts";

describe("fees", () => {
  it("leave room for the base fee to double, within the cap", () => {
    expect(initialFees(10n, 2n, 100n)).toEqual({ maxFeePerGas: 22n, maxPriorityFeePerGas: 2n });
    expect(initialFees(60n, 2n, 100n)).toEqual({ maxFeePerGas: 100n, maxPriorityFeePerGas: 2n });
    expect(initialFees(100n, 2n, 100n)).toBeNull();
  });

  it("rise by what nodes require of a replacement, or to the market's", () => {
    const previous = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n };
    expect(replacementFees(previous, null, 200n)).toEqual({ maxFeePerGas: 114n, maxPriorityFeePerGas: 13n });
    const market = { maxFeePerGas: 180n, maxPriorityFeePerGas: 2n };
    expect(replacementFees(previous, market, 200n)).toEqual({ maxFeePerGas: 180n, maxPriorityFeePerGas: 13n });
    expect(replacementFees(previous, market, 170n)).toBeNull();
  });
});
