import { bytesToHex } from "@cairn/protocol";
import { sha256 } from "@noble/hashes/sha2.js";

/** SHA-256 of a text, in hex without 0x. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(2);
}
