import { describe, expect, it } from "vitest";
import { describeSymbol, MAX_SYMBOL_LENGTH } from "./token-symbol.ts";

describe("symbols of tokens", () => {
  it.each([
    ["the same letters", "ETH"],
    ["another case", "eTh"],
    ["Cyrillic", "\u0415\u0422\u041d"],
    ["one Cyrillic letter", "\u0415TH"],
    ["Greek", "\u0395\u03a4\u0397"],
    ["Cherokee", "\u13ac\u13a2\u13bb"],
    ["full width", "\uff25\uff34\uff28"],
    ["mathematical letters", "\u{1d5d8}\u{1d5e7}\u{1d5db}"],
    ["squared letters", "\u{1f134}\u{1f143}\u{1f137}"],
    ["accents", "\u0116\u1e6a\u1e22"],
    ["a zero-width space", "E\u200bTH"],
    ["a soft hyphen", "E\u00adTH"],
    ["a variation selector", "ETH\ufe0f"],
    ["tags", "ETH\u{e0041}"],
    ["spaces", " E T H "],
    ["a line break", "ETH\n"],
    ["a colour", "\u001b[31mETH\u001b[0m"],
    ["an 8-bit escape", "\u009b1mETH"],
    ["reversed text", "\u202eHTE\u202c"],
    ["an emoji", "ETH\u2705"],
    ["punctuation", "E.T-H"],
    ["digits", "3TH"],
    ["the name", "Ether"],
    ["the sign", "\u039e"],
    ["a unit of ETH", "wei"],
  ])("that pass for ETH with %s are found", (_how, symbol) => {
    expect(describeSymbol(symbol, []).resembles).toBe("ETH");
  });

  it.each([
    ["USDC", "USD\u0421"],
    ["USDC", "usdc"],
    ["DAI", "DAl"],
    ["WBTC", "VVBTC"],
    ["MKR", "RNKR"],
    ["\u20acURO", "EURO"],
  ])("that pass for %s are found: %s", (reserved, symbol) => {
    expect(describeSymbol(symbol, ["GLD", reserved]).resembles).toBe(reserved);
  });

  it.each(["WETH", "stETH", "USDC", "MKR", "0xBTC", "1INCH", "UNI-V2", "USDC.e"])(
    "of honest tokens stay: %s",
    (symbol) => {
      expect(describeSymbol(symbol, ["GLD"])).toEqual({ text: symbol, isAltered: false, resembles: null });
    },
  );

  it.each([
    ["nothing", ""],
    ["a number", "1000000"],
    ["an emoji", "\u{1f4b0}"],
    ["our own marks", "USD#1"],
    ["a sentence", "ETH (sent by your bank)"],
    ["very much", "A".repeat(100_000)],
    ["controls", "\u0000\u0007\u001b]0;title\u0007"],
  ])("that are %s are marked as altered, short and printable", (_what, symbol) => {
    const { text, isAltered } = describeSymbol(symbol, []);
    expect(isAltered).toBe(true);
    expect(text.length).toBeLessThanOrEqual(MAX_SYMBOL_LENGTH);
    expect(text).toMatch(/^[\x21-\x7e]*$/);
  });
});
