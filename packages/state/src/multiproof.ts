import type { Compress } from "@cairn/crypto";
import { CairnError, TREE_ARITY, TREE_DEPTH } from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";
import type { NodeReader } from "./nodes.ts";

/** A leaf hash and its claimed index. */
export interface PlacedLeaf {
  readonly index: number;
  readonly leafHash: bigint;
}

/**
 * The siblings that prove the leaves at these indices, ascending, under one root: level by level from the leaves up, at
 * each level the known nodes in ascending order, and for each of their parents the children that are not known, in
 * order. For one leaf that is three per level. Throws `state/bad-proof` unless the indices ascend within the tree.
 *
 * @example const siblings = buildMultiproof(nodes, [64, 70]);
 */
export function buildMultiproof(nodes: NodeReader, indices: readonly number[]): bigint[] {
  assertAscending(indices, nodes.depth);
  const siblings: bigint[] = [];
  let known = indices;
  for (let height = 1; height <= nodes.depth; height++) {
    const parents: number[] = [];
    for (const { parent, positions } of families(known)) {
      const children = nodes.children(height, parent);
      for (const [position, child] of children.entries()) if (!positions.includes(position)) siblings.push(child);
      parents.push(parent);
    }
    known = parents;
  }
  return siblings;
}

/**
 * The root that the leaves and these siblings lead to, by the same walk as the contract's. Throws `state/bad-proof`
 * unless the indices ascend and every sibling is used; `crypto/not-a-field-element` when a value is not one. See {@link
 * buildMultiproof}.
 */
export function multiproofRoot(
  leaves: readonly PlacedLeaf[],
  siblings: readonly bigint[],
  compress: Compress,
  depth: number = TREE_DEPTH,
): bigint {
  const indices = leaves.map(({ index }) => index);
  assertAscending(indices, depth);
  let used = 0;
  let known: readonly (readonly [position: number, node: bigint])[] = leaves.map(({ index, leafHash }) => [
    index,
    leafHash,
  ]);
  for (let height = 1; height <= depth; height++) {
    const nodes = new Map(known);
    known = families([...nodes.keys()]).map(({ parent }) => {
      const child = (position: number): bigint => {
        const node = nodes.get(parent * TREE_ARITY + position) ?? siblings[used++];
        if (node === undefined) throw badProof(`too few siblings: ${siblings.length}`);
        return node;
      };
      return [parent, compress(child(0), child(1), child(2), child(3))];
    });
  }
  if (used !== siblings.length) throw badProof(`only ${used} of ${siblings.length} siblings are used`);
  return known[0]?.[1] ?? 0n;
}

interface Family {
  readonly parent: number;
  /** Hashes of the known children. */
  readonly positions: readonly number[];
}

/** Known nodes of one level, ascending, by their parents. */
function families(known: readonly number[]): Family[] {
  const found = new Map<number, number[]>();
  for (const node of known) {
    const parent = Math.floor(node / TREE_ARITY);
    const positions = found.get(parent);
    if (positions === undefined) found.set(parent, [node % TREE_ARITY]);
    else positions.push(node % TREE_ARITY);
  }
  return [...found].map(([parent, positions]) => ({ parent, positions }));
}

function assertAscending(indices: readonly number[], depth: number): void {
  if (indices.length === 0) throw badProof("no account to prove");
  let last = -1;
  for (const index of indices) {
    if (!Number.isInteger(index) || index <= last || index >= TREE_ARITY ** depth) {
      throw badProof(`index ${index} after ${last} in a tree of depth ${depth}`);
    }
    last = index;
  }
}

function badProof(message: string): CairnError<StateErrorCode> {
  return new CairnError("state/bad-proof", message);
}
