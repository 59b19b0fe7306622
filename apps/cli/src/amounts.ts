import { formatUnits } from "viem";
import { cliError } from "./errors.ts";
import type { Token } from "./token-label.ts";

/** Smallest units of an amount in whole units, such as `1.5`. Throws `cli/bad-amount`. */
export function parseAmount(text: string, token: Pick<Token, "symbol" | "decimals">): bigint {
  const match = /^([0-9]{1,40})(?:\.([0-9]{1,80}))?$/.exec(text);
  if (match === null) throw cliError("cli/bad-amount", `not an amount: ${text}`);
  const [, whole = "", fraction = ""] = match;
  if (fraction.replace(/0+$/, "").length > token.decimals) {
    throw cliError("cli/bad-amount", `amounts in ${token.symbol} have at most ${token.decimals} decimals: ${text}`, {
      details: { decimals: token.decimals },
    });
  }
  return BigInt(whole + fraction.slice(0, token.decimals).padEnd(token.decimals, "0"));
}

/** Like {@link parseAmount}, but more than zero. */
export function parsePositiveAmount(text: string, token: Pick<Token, "symbol" | "decimals">): bigint {
  const amount = parseAmount(text, token);
  if (amount === 0n) throw cliError("cli/bad-amount", "the amount is zero");
  return amount;
}

/** An amount as text: `1.5 ETH`. */
export function formatAmount(amount: bigint | string, token: Pick<Token, "symbol" | "decimals">): string {
  return `${formatUnits(BigInt(amount), token.decimals)} ${token.symbol}`;
}
