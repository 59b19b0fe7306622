import { isCairnError } from "@cairn/protocol";
import { type AccountView, type Amount, encodeAmount, encodeFee } from "@cairn/sdk";
import { formatAmount, parsePositiveAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import type { Token } from "../tokens.ts";

/** An amount to sign: `all`, or one that a float encodes. Throws `cli/bad-amount` with the nearest encodable ones. */
export function parseSignedAmount(text: string, token: Token): Amount {
  return text === "all" ? "all" : parseExactAmount(text, token);
}

/** Like {@link parseSignedAmount}, without `all`. */
export function parseExactAmount(text: string, token: Token): bigint {
  const amount = parsePositiveAmount(text, token);
  assertEncodable(() => encodeAmount(amount), text, token);
  return amount;
}

/** Throws `cli/bad-amount` for a fee that cannot be encoded. */
export function assertFee(fee: bigint, token: Token): void {
  assertEncodable(() => encodeFee(fee), `the fee ${formatAmount(fee, token)}`, token);
}

/** What leaves the account besides the fee. Throws `cli/insufficient-balance`. */
export function assertCovered(account: AccountView, amount: Amount, fee: bigint, token: Token): bigint {
  const balance = BigInt(account.balance);
  const sent = amount === "all" ? balance - fee : amount;
  if (sent >= 0n && sent + fee <= balance) return sent;
  const needed = amount === "all" ? fee : amount + fee;
  throw cliError(
    "cli/insufficient-balance",
    `account ${account.index} has ${formatAmount(balance, token)}, but ${formatAmount(needed, token)} is needed including the fee`,
    { details: { index: account.index, balance, needed, fee } },
  );
}

function assertEncodable(encode: () => number, what: string, token: Token): void {
  try {
    encode();
  } catch (cause) {
    if (!isCairnError(cause, "sdk/not-encodable")) throw cause;
    const { below, above } = cause.details;
    const nearest = [below, above].flatMap((value) => (typeof value === "string" ? [formatAmount(value, token)] : []));
    throw cliError(
      "cli/bad-amount",
      `${what} has too many digits to be signed; the nearest: ${nearest.join(" and ")}`,
      {
        cause,
        details: { below, above },
      },
    );
  }
}
