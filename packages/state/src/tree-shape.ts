import type { Compress } from "@cairn/crypto";
import { CairnError, TREE_ARITY, TREE_DEPTH } from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";

/** The four children of a node, child 0 first. */
export type NodeChildren = readonly [bigint, bigint, bigint, bigint];

/** The three nodes beside one of the four, lowest first. */
export type NodeSiblings = readonly [bigint, bigint, bigint];

/** Proof that a leaf hash is at an index: per level, leaves first, the digit of the index and the siblings. */
export interface MerkleProof {
  readonly index: number;
  readonly leafHash: bigint;
  /** Position among the four children at each level; TREE_DEPTH entries. */
  readonly digits: readonly number[];
  /** TREE_DEPTH entries. */
  readonly siblings: readonly NodeSiblings[];
}

/** Leaves of a tree of this depth. */
export function leafCount(depth: number): number {
  return TREE_ARITY ** depth;
}

/** Base-4 digits of the index, lowest (leaf level) first; spec 1.3. Throws `state/out-of-range`. */
export function indexDigits(index: number, depth: number = TREE_DEPTH): number[] {
  assertIndex(index, depth);
  return Array.from({ length: depth }, (_, level) => Math.floor(index / TREE_ARITY ** level) % TREE_ARITY);
}

/** Roots of empty subtrees by height: entry 0 is the empty leaf 0, entry `depth` the empty tree. */
export function emptySubtreeHashes(compress: Compress, depth: number = TREE_DEPTH): bigint[] {
  const hashes = [0n];
  for (let height = 1; height <= depth; height++) {
    const below = hashes[height - 1] ?? 0n;
    hashes.push(compress(below, below, below, below));
  }
  return hashes;
}

/** Root of the state in which no account exists; spec 1.4. */
export function genesisRoot(compress: Compress, depth: number = TREE_DEPTH): bigint {
  return emptySubtreeHashes(compress, depth)[depth] ?? 0n;
}

/** The root that a leaf hash at an index has with these siblings. Throws `state/out-of-range`. */
export function merkleRoot(
  index: number,
  leafHash: bigint,
  siblings: readonly NodeSiblings[],
  compress: Compress,
): bigint {
  const digits = indexDigits(index, siblings.length);
  return siblings.reduce((node, level, height) => compress(...insertAt(level, digits[height] ?? 0, node)), leafHash);
}

/**
 * Whether the leaf hash is at the index under the root. Throws `state/bad-proof` when there is not one level of
 * siblings per level of the tree, `crypto/not-a-field-element` when a value is none.
 */
export function verifyMerkleProof(
  root: bigint,
  index: number,
  leafHash: bigint,
  siblings: readonly NodeSiblings[],
  compress: Compress,
  depth: number = TREE_DEPTH,
): boolean {
  if (siblings.length !== depth) {
    throw new CairnError<StateErrorCode>("state/bad-proof", `${siblings.length} levels of siblings, expected ${depth}`);
  }
  return merkleRoot(index, leafHash, siblings, compress) === root;
}

/** The children with `node` at a position and the siblings around it. */
export function insertAt([a, b, c]: NodeSiblings, position: number, node: bigint): NodeChildren {
  if (position === 0) return [node, a, b, c];
  if (position === 1) return [a, node, b, c];
  return position === 2 ? [a, b, node, c] : [a, b, c, node];
}

/** The children other than the one at a position. */
export function siblingsOf([a, b, c, d]: NodeChildren, position: number): NodeSiblings {
  if (position === 0) return [b, c, d];
  if (position === 1) return [a, c, d];
  return position === 2 ? [a, b, d] : [a, b, c];
}

/** Throws `state/out-of-range` unless 0 ≤ index < 4^depth. */
export function assertIndex(index: number, depth: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= leafCount(depth)) {
    throw new CairnError<StateErrorCode>("state/out-of-range", `index ${index} is not in a tree of depth ${depth}`);
  }
}
