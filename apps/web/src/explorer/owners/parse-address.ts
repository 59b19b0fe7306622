import { addressProblem } from "@cairn/protocol";

/** An L1 address in lower case; null for what is none, or has a wrong checksum. */
export function parseAddress(text: string): string | null {
  return /^0x[0-9a-fA-F]{40}$/.test(text) && addressProblem(text) === null ? text.toLowerCase() : null;
}
