import type { Domain } from "@cairn/protocol";
import { isPaymentCode, type NodeClient, type Payee, type PayeeName, resolvePayee } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import type { Token } from "../tokens.ts";
import { parseIndex } from "./session.ts";

/**
 * The payee that a word names: an account index, an address with its checksum verified, or a payment code. Throws
 * `cli/usage`, `cli/bad-address`.
 */
export function parsePayee(text: string): PayeeName {
  if (/^[0-9]+$/.test(text)) return { type: "index", index: parseIndex(text) };
  if (text.startsWith("0x")) return { type: "address", address: parseAddress(text) };
  if (isPaymentCode(text)) return { type: "paymentCode", code: text };
  throw cliError("cli/usage", `neither an account index, nor an address, nor a payment code: ${text}`);
}

/**
 * The account that a word refers to. Throws `sdk/bad-payee`, `sdk/bad-payment-code`, and as {@link parsePayee} and the
 * client do.
 */
export function findPayee(
  { client, domain }: { readonly client: NodeClient; readonly domain: Domain },
  text: string,
  token: Token,
): Promise<Payee> {
  return resolvePayee(client, parsePayee(text), { tokenId: token.id, domain });
}
