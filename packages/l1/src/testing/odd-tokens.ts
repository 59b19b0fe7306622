import { encodeAbiParameters, type Hex, size, stringToHex } from "viem";

const SYMBOL = "95d89b41";
const DECIMALS = "313ce567";

/**
 * Code that answers `symbol()` and `decimals()` with these bytes, and reverts on every other call and where it is null.
 */
export function tokenCode(symbol: Hex | null, decimals: Hex | null): Hex {
  const answers = [
    { selector: SYMBOL, data: symbol },
    { selector: DECIMALS, data: decimals },
  ].flatMap(({ selector, data }) => (data === null ? [] : [{ selector, data: data.slice(2), bytes: size(data) }]));
  const start = "60003560e01c";
  const refuse = "5f5ffd";
  const compare = (selector: string, target: number) => `8063${selector}1461${word(target)}57`;
  const answer = (offset: number, bytes: number) => `5b61${word(bytes)}61${word(offset)}60003961${word(bytes)}6000f3`;
  const compareBytes = compare(SYMBOL, 0).length / 2;
  const answerBytes = answer(0, 0).length / 2;
  const firstTarget = (start.length + refuse.length) / 2 + compareBytes * answers.length;
  const firstData = firstTarget + answerBytes * answers.length;
  const before = (count: number) => answers.slice(0, count).reduce((sum, { bytes }) => sum + bytes, 0);
  return `0x${[
    start,
    ...answers.map(({ selector }, i) => compare(selector, firstTarget + answerBytes * i)),
    refuse,
    ...answers.map(({ bytes }, i) => answer(firstData + before(i), bytes)),
    ...answers.map(({ data }) => data),
  ].join("")}`;
}

const word = (value: number): string => value.toString(16).padStart(4, "0");

/** The answer of `symbol()` in today's form. */
export function symbolAnswer(text: string): Hex {
  return encodeAbiParameters([{ type: "bytes" }], [stringToHex(text)]);
}

/** The answer of `decimals()`. */
export function decimalsAnswer(value: bigint): Hex {
  return encodeAbiParameters([{ type: "uint256" }], [value]);
}

/** The answer of `symbol()` in MKR's form: a bytes32 text. */
export function oldSymbolAnswer(text: string): Hex {
  return stringToHex(text, { size: 32 });
}

/** Contracts that never answer sensibly: endless loops, reverts without reason, no code, answers of absurd size. */
export const BROKEN_TOKENS = {
  loop: "0x5b600056",
  revert: "0x5f5ffd",
  invalid: "0xfe",
  silent: "0x00",
  short: "0x60016000f3",
  /** Answers 64 KB of zeros. */
  huge: "0x620100006000f3",
  /** Answers 512 MB if the gas allows. */
  endless: "0x63200000006000f3",
} as const satisfies Record<string, Hex>;
