import { assert, bigInt, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "./address.ts";
import { formatAmount, parseAmount, parsePositiveAmount } from "./amounts.ts";

const USD = { symbol: "USD", decimals: 6 };

describe("amounts", () => {
  it("are written and read in whole units", () => {
    assert(
      property(bigInt(0n, 2n ** 128n), integer({ min: 0, max: 36 }), (amount, decimals) => {
        const token = { symbol: "T", decimals };
        const [text = ""] = formatAmount(amount, token).split(" ");
        expect(parseAmount(text, token)).toBe(amount);
      }),
    );
    expect(parseAmount("1.500000000", USD)).toBe(1_500_000n);
    expect(parseAmount("007", USD)).toBe(7_000_000n);
  });

  it("are refused when malformed, too precise or zero", () => {
    const bad = expect.objectContaining({ code: "cli/bad-amount" });
    for (const text of ["", ".5", "5.", "-1", "1e3", "1,5", "0x10", "1.0000001", "½", "1 000"]) {
      expect(() => parseAmount(text, USD), text).toThrow(bad);
    }
    expect(() => parsePositiveAmount("0.0", USD)).toThrow(bad);
  });
});

describe("addresses", () => {
  const checked = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

  it("are accepted with a correct checksum or without one", () => {
    for (const text of [checked, checked.toLowerCase(), `0x${checked.slice(2).toUpperCase()}`]) {
      expect(parseAddress(text)).toBe(checked);
    }
  });

  it("are refused with a wrong checksum or length", () => {
    const bad = expect.objectContaining({ code: "cli/bad-address" });
    for (const text of [checked.replace("C5", "c5"), checked.slice(0, -1), `${checked}0`, checked.slice(2), "alice"]) {
      expect(() => parseAddress(text), text).toThrow(bad);
    }
  });
});
