import { BLOB_MODULUS, bigintToBytes, CairnError, concatBytes } from "@cairn/protocol";
import type { BlobErrorCode } from "./errors.ts";
import { KZG_POINT_BYTES } from "./versioned-hash.ts";

/** What a batch in a blob hands to the contract: the value of its polynomial at the batch's point, with a proof. */
export interface BlobOpening {
  /** D(z), below the order of BLS12-381's scalar field. */
  readonly evaluation: bigint;
  /** KZG commitment to the blob, 48 bytes. */
  readonly commitment: Uint8Array;
  /** KZG proof that the committed polynomial has this value at the point, 48 bytes. */
  readonly proof: Uint8Array;
}

/**
 * An opening as `submitBatch` takes it: evaluation 32 ‖ commitment 48 ‖ proof 48. Throws `blobs/not-canonical`,
 * `blobs/bad-length`.
 *
 * @example const data = encodeOpening(kzg.open(blob, point)); // 128 bytes
 */
export function encodeOpening({ evaluation, commitment, proof }: BlobOpening): Uint8Array {
  assertScalar(evaluation);
  assertPointLength(commitment);
  assertPointLength(proof);
  return concatBytes(bigintToBytes(evaluation, 32), commitment, proof);
}

/** Whether a number is a field element in its only form. */
export function isScalar(value: bigint): boolean {
  return value >= 0n && value < BLOB_MODULUS;
}

/** Throws `blobs/not-canonical` for what is no field element. */
export function assertScalar(value: bigint): void {
  if (isScalar(value)) return;
  throw new CairnError<BlobErrorCode>("blobs/not-canonical", "a point or value is not below the field's order");
}

/** Throws `blobs/bad-length` for what cannot be a compressed point. */
export function assertPointLength(bytes: Uint8Array): void {
  if (bytes.length === KZG_POINT_BYTES) return;
  throw new CairnError<BlobErrorCode>(
    "blobs/bad-length",
    `${bytes.length} bytes, a curve point has ${KZG_POINT_BYTES}`,
  );
}
