import { keccak_256 } from "@noble/hashes/sha3.js";
import { bigintToBytes, bigintToHex, bytesToBigint, type Hex, hexToBytes } from "./bytes.ts";
import { REFERENCE_BITS } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";

/** The reference of a transaction that has none. */
export const NO_REFERENCE = 0n;

/** Bytes of a reference. */
const REFERENCE_BYTES = REFERENCE_BITS / 8;

/**
 * A short text as a reference: its UTF-8 bytes, then zeros. Throws `protocol/bad-reference` for an empty text, one of more
 * than 31 bytes, and one with a zero byte, which could not be read back.
 *
 * @example textReference("invoice 17")
 */
export function textReference(text: string): bigint {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length === 0) throw badReference("an empty text is no reference");
  if (bytes.length > REFERENCE_BYTES) {
    throw badReference(`a reference has at most ${REFERENCE_BYTES} bytes of UTF-8, not ${bytes.length}`);
  }
  if (bytes.includes(0)) throw badReference("a text reference has no zero bytes");
  const padded = new Uint8Array(REFERENCE_BYTES);
  padded.set(bytes);
  return bytesToBigint(padded);
}

/**
 * The text that a reference spells; null when its bytes are not UTF-8 followed by zeros. It is the sender's, so treat it as
 * untrusted: it may contain control characters and look like anything.
 *
 * @example referenceText(textReference("invoice 17")) // "invoice 17"
 */
export function referenceText(reference: bigint): string | null {
  const bytes = bigintToBytes(reference, REFERENCE_BYTES);
  const used = bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
  if (used.length === 0 || used.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(used);
  } catch {
    return null;
  }
}

/**
 * A reference to a longer memo: keccak256 of its UTF-8 bytes, without the last byte. Whoever has the memo can check it.
 *
 * @example memoReference("Invoice 17 of 3 May 2026, second part")
 */
export function memoReference(memo: string): bigint {
  return bytesToBigint(keccak_256(new TextEncoder().encode(memo)).subarray(0, REFERENCE_BYTES));
}

/**
 * A reference as 31 bytes of hex. Throws `protocol/out-of-range`.
 *
 * @example referenceToHex(0n) // "0x" and 62 zeros
 */
export function referenceToHex(reference: bigint): Hex {
  return bigintToHex(reference, REFERENCE_BYTES);
}

/**
 * Inverse of {@link referenceToHex}. Throws `protocol/bad-hex`.
 *
 * @example hexToReference(referenceToHex(5n)) // 5n
 */
export function hexToReference(hex: string): bigint {
  return bytesToBigint(hexToBytes(hex, REFERENCE_BYTES));
}

function badReference(message: string): CairnError<ProtocolErrorCode> {
  return new CairnError("protocol/bad-reference", message);
}
