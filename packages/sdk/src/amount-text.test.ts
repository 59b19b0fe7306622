import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, parseAmount } from "./amount-text.ts";

describe("amounts as text", () => {
  it("come back as they were, in any number of decimals", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n), fc.integer({ min: 0, max: 77 }), (amount, decimals) => {
        const text = formatAmount(amount, decimals);
        expect(text).toMatch(/^(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/);
        expect(parseAmount(text, decimals)).toBe(amount);
      }),
    );
  });

  it.each([
    ["1", 6, 1_000_000n],
    ["1.5", 6, 1_500_000n],
    ["0.000001", 6, 1n],
    ["1.500000000", 6, 1_500_000n],
    ["007", 0, 7n],
    [" 2 ", 1, 20n],
  ])("%s with %i decimals is %i", (text, decimals, amount) => {
    expect(parseAmount(text, decimals)).toBe(amount);
  });

  it.each(["", ".5", "1.", "1,5", "1e3", "-1", "+1", "0x1", "1_000", "١", "1.0000001", "NaN", "Infinity", "1 000"])(
    "%s is none",
    (text) => {
      expect(() => parseAmount(text, 6)).toThrow(expect.objectContaining({ code: "sdk/bad-amount" }));
    },
  );

  it("of negative numbers are shown, and impossible decimals refused", () => {
    expect(formatAmount(-15n, 1)).toBe("-1.5");
    for (const decimals of [-1, 78, 1.5, Number.NaN])
      expect(() => formatAmount(1n, decimals)).toThrow(expect.objectContaining({ code: "sdk/bad-amount" }));
  });
});
