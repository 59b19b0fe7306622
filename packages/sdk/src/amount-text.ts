import { MAX_TOKEN_DECIMALS } from "@cairn/l1";
import { sdkError } from "./errors.ts";
import { assertUnits } from "./units.ts";

/**
 * A text such as "1.5" as an amount in the token's smallest unit. Digits and one point only; nothing is rounded. Throws
 * `sdk/bad-amount`.
 *
 * @example parseAmount("1.5", 6) // 1500000n
 */
export function parseAmount(text: string, decimals: number): bigint {
  assertDecimals(decimals);
  if (typeof text !== "string")
    throw sdkError("sdk/bad-amount", `an amount is read from a text, not from ${typeof text}`);
  const [, whole, part = ""] = /^([0-9]{1,78})(?:\.([0-9]{1,78}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) throw sdkError("sdk/bad-amount", `not an amount: ${text.slice(0, 80)}`);
  const digits = part.replace(/0+$/, "");
  if (digits.length > decimals)
    throw sdkError("sdk/bad-amount", `${text.slice(0, 80)} has more than the token's ${decimals} decimals`);
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(digits.padEnd(decimals, "0") || "0");
}

/**
 * An amount in the token's smallest unit as text, exactly. See {@link parseAmount}.
 *
 * @example formatAmount(1_500_000n, 6) // "1.5"
 */
export function formatAmount(amount: bigint, decimals: number): string {
  assertDecimals(decimals);
  assertUnits(amount, "an amount");
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const part = digits.slice(at).replace(/0+$/, "");
  return `${sign}${digits.slice(0, at)}${part === "" ? "" : `.${part}`}`;
}

function assertDecimals(decimals: number): void {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_TOKEN_DECIMALS) return;
  throw sdkError("sdk/bad-amount", `a token has no ${decimals} decimals`);
}
