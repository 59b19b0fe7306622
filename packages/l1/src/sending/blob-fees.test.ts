import { describe, expect, it } from "vitest";
import { initialBlobFees, replacementBlobFees } from "./blob-fees.ts";

const CAPS = { gas: 100n, blobGas: 50n };
const MARKET = { baseFee: 10n, priority: 2n, blobBaseFee: 5n };

describe("fees of blob transactions", () => {
  it("leave room for both base fees to double, within the caps", () => {
    const fees = { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n, maxFeePerBlobGas: 10n };
    expect(initialBlobFees(MARKET, CAPS)).toEqual(fees);
    expect(initialBlobFees({ ...MARKET, blobBaseFee: 40n }, CAPS)).toEqual({ ...fees, maxFeePerBlobGas: 50n });
    expect(initialBlobFees({ ...MARKET, blobBaseFee: 0n }, CAPS)).toEqual({ ...fees, maxFeePerBlobGas: 2n });
  });

  it("are not offered while one market is above its cap", () => {
    expect(initialBlobFees({ ...MARKET, baseFee: 100n }, CAPS)).toBeNull();
    expect(initialBlobFees({ ...MARKET, blobBaseFee: 50n }, CAPS)).toBeNull();
  });

  it("double, all three of them, when they replace others, or rise to the market's", () => {
    const previous = { maxFeePerGas: 30n, maxPriorityFeePerGas: 3n, maxFeePerBlobGas: 12n };
    const doubled = { maxFeePerGas: 60n, maxPriorityFeePerGas: 6n, maxFeePerBlobGas: 24n };
    expect(replacementBlobFees(previous, null, CAPS)).toEqual(doubled);
    const market = { maxFeePerGas: 90n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 40n };
    expect(replacementBlobFees(previous, market, CAPS)).toEqual({ ...market, maxPriorityFeePerGas: 6n });
    expect(replacementBlobFees({ ...previous, maxFeePerGas: 51n }, null, CAPS)).toBeNull();
    expect(replacementBlobFees({ ...previous, maxFeePerBlobGas: 26n }, null, CAPS)).toBeNull();
    const nothing = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, maxFeePerBlobGas: 0n };
    expect(replacementBlobFees(nothing, null, CAPS)).toEqual({
      maxFeePerGas: 2n,
      maxPriorityFeePerGas: 2n,
      maxFeePerBlobGas: 2n,
    });
  });
});
