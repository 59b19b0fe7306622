import { addressProblem, bigintToAddress, parseAddress as parse } from "@cairn/protocol";
import type { Address } from "viem";
import { cliError } from "./errors.ts";
import { visibleLine } from "./printable.ts";

/** An address, with its checksum verified if it is in mixed case. Throws `cli/bad-address`. */
export function parseAddress(text: string): Address {
  const problem = addressProblem(text);
  if (problem === null) return parse(text);
  const shown = visibleLine(text.slice(0, 80));
  const form = problem === "is not an address" ? "not an address (0x and 40 hex digits)" : "wrong checksum";
  throw cliError("cli/bad-address", `${form}: ${shown}`, { details: { address: shown } });
}

/** An address as L1 tools show it, with its checksum. */
export function showAddress(address: bigint): Address {
  return parse(bigintToAddress(address));
}
