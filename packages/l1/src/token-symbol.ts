/** Symbols and names of ETH and its units, which no token may pass for. */
const ETH_NAMES = ["ETH", "ETHER", "ETHEREUM", "WEI", "GWEI"] as const;
/** The sign of ETH, which is not a letter of its name. */
const ETH_SIGNS = /^[\u039e\u{1d6b5}\s]+$/u;
/** Escape sequences, which a terminal executes instead of showing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ESCAPE_SEQUENCES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** Characters that change the direction of text. */
const BIDI_OVERRIDE = /[\u202d\u202e\u2066-\u2069]/u;

/** An untrusted symbol made safe to show. */
export interface SymbolDescription {
  /** At most {@link MAX_SYMBOL_LENGTH} printable ASCII characters; empty when there is nothing to show. */
  readonly text: string;
  /** Whether characters were replaced or cut off, or the symbol is not a word. */
  readonly isAltered: boolean;
  /** The reserved symbol that it equals or resembles; null for none. */
  readonly resembles: string | null;
}

/** Longer symbols are cut. */
export const MAX_SYMBOL_LENGTH = 16;

/**
 * Letters of other scripts, and digits, that look like a Latin letter, by that letter. Compatibility forms (full width,
 * mathematical, circled) and accents are not listed: normalisation removes them.
 */
const CONFUSABLES: Readonly<Record<string, string>> = {
  A: "4@ΑАᎪᗅꓮᴀ∀ɑα𐊠",
  B: "8ΒВᏴᗷꓐʙßβƁƀь",
  C: "СᏟⲤꓚᴄϲϹƆ¢©ҁ",
  D: "ᎠᗞᗪꓓᴅÐĐ",
  E: "3ΕЕᎬⴹꓰᴇ€ЄеєԐƐɛεεӘəǝЗ∈ҽ℮ξΞ",
  F: "ϜꓝᖴƑꜰ",
  G: "69ᏀᏳꓖɢԌɡց",
  H: "ΗНᎻᕼꓧʜⲎĦһհ",
  I: "1L|!ΙІᏞᏆӀꓡꓲʟɪⅠⵏӏіιاꞮյ",
  J: "ЈᎫᒍꓙᴊϳј",
  K: "ΚКᏦꓗᴋⲔ₭κк",
  M: "ΜМᎷᗰꓟᴍϺⲘ",
  N: "ΝⲚꓠɴИЛПՈռηпₙ₦",
  O: "0ΟОՕⵔꓳᴏଠσоօøØ〇Θθס०",
  P: "ΡРᏢᑭꓑᴘⲢρр₱",
  Q: "ⵕԚɋգ",
  R: "ᎡᏒᖇꓣʀЯг",
  S: "5$ЅՏᏕᏚꓢꜱѕ§",
  T: "7+ΤТᎢꓔᴛτтϮŦⲦ₮†Է",
  U: "ՍሀᑌꓴᴜυսμцЏ",
  V: "ѴᏙᐯꓦᴠνѵ∨٧",
  W: "ᎳᏔꓪᴡωԜшщѡաᗯ₩Ш",
  X: "ΧХᕁꓫⲬ×хχ",
  Y: "ΥҮᎽꓬʏγуүУ¥ყ",
  Z: "2ΖᏃꓜᴢ",
};

const AS_WRITTEN = Object.entries(CONFUSABLES).flatMap(([letter, others]) =>
  Array.from(others, (other) => [other, letter] as const),
);
/** The other case of each as well, unless that looks like a different letter: Η looks like H, η like n. */
const LETTER_OF: ReadonlyMap<string, string> = new Map([
  ...AS_WRITTEN.flatMap(([other, letter]) =>
    [other.toUpperCase(), other.toLowerCase()].map((one) => [one, letter] as const),
  ),
  ...AS_WRITTEN,
]);

/**
 * What a reader sees in a symbol: look-alikes become the Latin letters they resemble, and everything invisible or
 * decorative (controls, zero-width, bidi, spaces, punctuation, emoji, accents) is dropped. Two symbols with the same
 * skeleton look alike. It errs on the side of a warning (`DAI` and `DAl` share one).
 *
 * @example symbolSkeleton("E-T-H") === symbolSkeleton("ETH") // true
 */
export function symbolSkeleton(symbol: string): string {
  const plain = symbol.replaceAll(ESCAPE_SEQUENCES, "").normalize("NFKD");
  const letters = Array.from(plain, (letter) => LETTER_OF.get(letter) ?? letter.toUpperCase());
  return letters
    .join("")
    .replaceAll(/[^A-Z\p{L}]/gu, "")
    .replaceAll("RN", "M")
    .replaceAll("VV", "W");
}

const ETH_SKELETONS = new Set(ETH_NAMES.map(symbolSkeleton));

/**
 * What to show of an untrusted symbol, and which of ETH and the `reserved` symbols it could be taken for.
 *
 * @example describeSymbol("ETH\u200b", []).resembles // "ETH"
 */
export function describeSymbol(symbol: string, reserved: readonly string[]): SymbolDescription {
  const shown = Array.from(symbol.slice(0, 4 * MAX_SYMBOL_LENGTH), (letter) =>
    /^[A-Za-z0-9._+$-]$/.test(letter) ? letter : "?",
  ).join("");
  const text = shown.length > MAX_SYMBOL_LENGTH ? `${shown.slice(0, MAX_SYMBOL_LENGTH - 3)}...` : shown;
  return { text, isAltered: text !== symbol || !/[A-Za-z]/.test(text), resembles: resembled(symbol, reserved) };
}

function resembled(symbol: string, reserved: readonly string[]): string | null {
  const skeleton = symbolSkeleton(symbol);
  if (skeleton === "") return null;
  const looks = [skeleton];
  if (BIDI_OVERRIDE.test(symbol)) looks.push(Array.from(skeleton).reverse().join(""));
  if (ETH_SIGNS.test(symbol) || looks.some((look) => ETH_SKELETONS.has(look))) return "ETH";
  return reserved.find((other) => looks.includes(symbolSkeleton(other))) ?? null;
}
