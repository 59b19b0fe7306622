import { CairnError, concatBytes } from "@cairn/protocol";
import { BLOB_BYTES } from "./elements.ts";
import type { BlobErrorCode } from "./errors.ts";
import { KZG_POINT_BYTES, versionedHash } from "./versioned-hash.ts";

/** Cells into which L1 cuts an extended blob, each with a proof of its own (EIP-7594). */
export const CELL_PROOFS_PER_BLOB = 128;

/** What travels beside a blob transaction, and what names it there. */
export interface BlobSidecar {
  readonly blob: Uint8Array;
  /** KZG commitment, 48 bytes. */
  readonly commitment: Uint8Array;
  /** {@link CELL_PROOFS_PER_BLOB} KZG proofs of 48 bytes, in the order of the cells. */
  readonly cellProofs: readonly Uint8Array[];
  /** 32 bytes; the transaction itself holds only this. */
  readonly versionedHash: Uint8Array;
}

/**
 * A sidecar as bytes, for a database: blob 131,072 ‖ commitment 48 ‖ cell proofs 128 × 48.
 *
 * @example encodeSidecar(maker.make(blob)).length // 137264
 */
export function encodeSidecar({ blob, commitment, cellProofs }: BlobSidecar): Uint8Array {
  return concatBytes(blob, commitment, ...cellProofs);
}

/** Inverse of {@link encodeSidecar}; checks nothing but the length. Throws `blobs/bad-length`. */
export function decodeSidecar(bytes: Uint8Array): BlobSidecar {
  const length = BLOB_BYTES + (1 + CELL_PROOFS_PER_BLOB) * KZG_POINT_BYTES;
  if (bytes.length !== length) {
    throw new CairnError<BlobErrorCode>("blobs/bad-length", `a sidecar has ${length} bytes, not ${bytes.length}`);
  }
  const point = (i: number): Uint8Array => {
    const start = BLOB_BYTES + i * KZG_POINT_BYTES;
    return bytes.slice(start, start + KZG_POINT_BYTES);
  };
  const commitment = point(0);
  return {
    blob: bytes.slice(0, BLOB_BYTES),
    commitment,
    cellProofs: Array.from({ length: CELL_PROOFS_PER_BLOB }, (_, i) => point(1 + i)),
    versionedHash: versionedHash(commitment),
  };
}
