import { BLOB_MODULUS, bytesToHex, concatBytes, encodeUint32, isSameBytes } from "@cairn/protocol";
import { pippenger } from "@noble/curves/abstract/curve.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { BLOB_ELEMENTS, blobToElements } from "./elements.ts";

/** A blob, and the commitment that it is said to have. */
export interface CommittedBlob {
  readonly blob: Uint8Array;
  /** KZG commitment, 48 bytes. */
  readonly commitment: Uint8Array;
}

const { Point } = bls12_381.G1;
type G1Point = InstanceType<typeof Point>;

const DOMAIN = new TextEncoder().encode("cairn: blobs of commitments");

/**
 * Whether each blob has its commitment, by one commitment to all of them: Σ ρ^k · blob_k has to have Σ ρ^k · C_k, where ρ is
 * a hash of all blobs and commitments (ADR 0041). If any pair is wrong, no more values of ρ than there are blobs pass, so a hash
 * that is one of them is found with probability below 2^−240 by an attempt. `commit` is the commitment of field elements.
 * Throws as {@link blobToElements}.
 */
export function areCommitted(
  blobs: readonly CommittedBlob[],
  commit: (elements: readonly bigint[]) => Uint8Array,
): boolean {
  const points: G1Point[] = [];
  for (const { commitment } of blobs) {
    const point = pointOf(commitment);
    if (point === null) return false;
    points.push(point);
  }
  const elements = blobs.map(({ blob }) => blobToElements(blob));
  if (points.length === 0) return true;
  const challenge = challengeOf(blobs);
  const powers: bigint[] = [];
  for (let power = 1n; powers.length < blobs.length; power = (power * challenge) % BLOB_MODULUS) powers.push(power);
  return isSameBytes(commit(combined(elements, powers)), pippenger(Point, points, powers).toBytes());
}

/** Σ powers[k] · elements[k][i] for each i. */
function combined(elements: readonly (readonly bigint[])[], powers: readonly bigint[]): bigint[] {
  return Array.from({ length: BLOB_ELEMENTS }, (_, i) => {
    const terms = elements.map((ofBlob, k) => (ofBlob[i] ?? 0n) * (powers[k] ?? 0n));
    return terms.reduce((sum, term) => sum + term, 0n) % BLOB_MODULUS;
  });
}

/** ρ, which nobody can choose: it covers everything that is compared. */
export function challengeOf(blobs: readonly CommittedBlob[]): bigint {
  const hash = sha256.create().update(concatBytes(DOMAIN, encodeUint32(blobs.length)));
  for (const { commitment, blob } of blobs) hash.update(commitment).update(blob);
  return BigInt(bytesToHex(hash.digest())) % BLOB_MODULUS;
}

/** The point of a commitment; null for bytes that are none of the prime-order group, or a second encoding of one. */
function pointOf(commitment: Uint8Array): G1Point | null {
  try {
    // Outside the group, it could differ from the right one by points that ρ takes to infinity.
    return Point.fromBytes(commitment);
  } catch {
    return null;
  }
}
