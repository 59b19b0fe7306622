import { CairnError } from "@cairn/protocol";
import { sha256 } from "@noble/hashes/sha2.js";
import type { BlobErrorCode } from "./errors.ts";

/** First byte of a versioned hash that stands for a KZG commitment (EIP-4844). */
const KZG_VERSION = 1;
/** Bytes of a KZG commitment and of a KZG proof: a compressed point of BLS12-381's G1. */
export const KZG_POINT_BYTES = 48;

/**
 * How L1 names a blob: `0x01 ‖ SHA-256(KZG commitment)` without the first byte of the SHA-256. Throws
 * `blobs/bad-length`.
 *
 * @example versionedHash(kzg.commit(blob)).length // 32
 */
export function versionedHash(commitment: Uint8Array): Uint8Array {
  if (commitment.length !== KZG_POINT_BYTES) {
    const reason = `a KZG commitment has ${KZG_POINT_BYTES} bytes, not ${commitment.length}`;
    throw new CairnError<BlobErrorCode>("blobs/bad-length", reason);
  }
  const hash = sha256(commitment);
  hash[0] = KZG_VERSION;
  return hash;
}
