import { isSameBytes } from "@cairn/protocol";
import type { BlobKzg } from "./kzg.ts";
import { type BlobSidecar, CELL_PROOFS_PER_BLOB } from "./sidecar-bytes.ts";
import { versionedHash } from "./versioned-hash.ts";

/** Makes what a blob transaction takes, and does all that KZG does for readers but checks of openings. */
export interface SidecarMaker extends Omit<BlobKzg, "verify"> {
  /**
   * The sidecar of a blob. Its commitment, 48 bytes, is computed unless it is known already, as from an opening; then it is
   * not checked. Throws as `commit`.
   */
  readonly make: (blob: Uint8Array, commitment?: Uint8Array) => BlobSidecar;
  /**
   * Whether commitment, cell proofs and hash of a sidecar belong to its blob: what L1 nodes check. False for bytes that are
   * no points of the group.
   */
  readonly isRight: (sidecar: BlobSidecar) => boolean;
}

/** Whether a sidecar has as many proofs as L1 wants, and its name is that of its commitment. */
export function isNamed({ commitment, cellProofs, versionedHash: hash }: BlobSidecar): boolean {
  return cellProofs.length === CELL_PROOFS_PER_BLOB && isSameBytes(versionedHash(commitment), hash);
}

/** What a check says; false when it throws because it was given bytes that are no points. */
export function isTrue(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
