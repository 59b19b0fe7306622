import { bigintToBytes, bytesToBigint, CairnError, concatBytes, type SchnorrSignature } from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";
import { GRUMPKIN_ORDER, isField } from "./field.ts";

// Apart from signing: whoever only passes signatures on needs no curve.

/** Bytes of an encoded signature: rx ‖ s, 32 each, big-endian. */
export const SIGNATURE_BYTES = 64;

/**
 * Whether 0 < rx < r and 0 < s < q.
 *
 * @example isSignature({ rx: 0n, s: 1n }) // false
 */
export function isSignature({ rx, s }: SchnorrSignature): boolean {
  return rx > 0n && isField(rx) && s > 0n && s < GRUMPKIN_ORDER;
}

/** rx ‖ s, 64 bytes. Throws `crypto/invalid-signature`. See {@link decodeSignature}. */
export function encodeSignature(signature: SchnorrSignature): Uint8Array {
  assertSignature(signature);
  return concatBytes(bigintToBytes(signature.rx, 32), bigintToBytes(signature.s, 32));
}

/**
 * The signature of 64 bytes; only ranges are checked. Throws `crypto/invalid-signature`.
 *
 * @example decodeSignature(encodeSignature(signature)) // signature
 */
export function decodeSignature(bytes: Uint8Array): SchnorrSignature {
  if (bytes.length !== SIGNATURE_BYTES) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/invalid-signature",
      `signature of ${bytes.length} bytes, expected 64`,
    );
  }
  const signature = { rx: bytesToBigint(bytes.subarray(0, 32)), s: bytesToBigint(bytes.subarray(32)) };
  assertSignature(signature);
  return signature;
}

function assertSignature(signature: SchnorrSignature): void {
  if (!isSignature(signature)) {
    throw new CairnError<CryptoErrorCode>("crypto/invalid-signature", "rx or s is outside its range");
  }
}
