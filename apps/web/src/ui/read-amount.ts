import { isCairnError, parseAmount } from "@cairn/sdk";
import type { Locale } from "../base/locale.ts";

/** What stands in a field for an amount. */
export type AmountReading =
  | { readonly amount: bigint; readonly problem: null }
  /**
   * `empty`: nothing. `separator`: the other language's decimal mark, which could mean thousands here. `decimals`: more of
   * them than the token has. `malformed`: no amount. `zero`: an amount of nothing.
   */
  | { readonly amount: null; readonly problem: "empty" | "separator" | "decimals" | "malformed" | "zero" };

/** The decimal mark of a language. */
export const DECIMAL_MARKS: Readonly<Record<Locale, "." | ",">> = { en: ".", de: "," };

/**
 * Reads an amount as the page's language writes it, exactly: never through a floating-point number, and never by guessing,
 * since "1.500" is one and a half in English and fifteen hundred in German.
 *
 * @example readAmount("1,5", 6, "de") // { amount: 1_500_000n, problem: null }
 */
export function readAmount(text: string, decimals: number, locale: Locale): AmountReading {
  const trimmed = text.trim();
  if (trimmed === "") return { amount: null, problem: "empty" };
  const mark = DECIMAL_MARKS[locale];
  if (/^[0-9.,\s']+$/.test(trimmed) && !/^[0-9]+$/.test(trimmed.replace(mark, ""))) {
    return { amount: null, problem: "separator" };
  }
  const plain = trimmed.replace(mark, ".");
  const [, part = ""] = plain.split(".");
  if (part.replace(/0+$/, "").length > decimals) return { amount: null, problem: "decimals" };
  try {
    const amount = parseAmount(plain, decimals);
    return amount === 0n ? { amount: null, problem: "zero" } : { amount, problem: null };
  } catch (error) {
    if (isCairnError(error, "sdk/bad-amount")) return { amount: null, problem: "malformed" };
    throw error;
  }
}
