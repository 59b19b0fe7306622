import { bigintToAddress } from "@cairn/protocol";
import { type Address, checksumAddress, isAddress } from "viem";
import { cliError } from "./errors.ts";

/** An address, with its checksum verified when its letters are of both cases. Throws `cli/bad-address`. */
export function parseAddress(text: string): Address {
  if (!isAddress(text, { strict: false })) {
    throw cliError("cli/bad-address", `not an address (0x and 40 hex digits): ${text}`);
  }
  const digits = text.slice(2);
  const isMixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (isMixed && text !== checksumAddress(text)) {
    throw cliError("cli/bad-address", `wrong checksum: ${text}`, { details: { address: text } });
  }
  return checksumAddress(text);
}

/** An address as L1 tools show it, with its checksum. */
export function showAddress(address: bigint): Address {
  return checksumAddress(bigintToAddress(address));
}
