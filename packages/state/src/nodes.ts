import type { Compress } from "@cairn/crypto";
import { MAX_ACCOUNTS, TREE_ARITY } from "@cairn/protocol";
import { indexDigits, insertAt, type MerkleProof, type NodeChildren, siblingsOf } from "./tree-shape.ts";

/** Reads the nodes of a tree by their parents: `height` 1 … depth, `position` from the left. */
export interface NodeReader {
  readonly depth: number;
  /** The four children of a node; empty subtrees where nothing was ever written. */
  children(height: number, position: number): NodeChildren;
}

/** Nodes changed on top of another tree, keyed by {@link nodeKey} of the parent. */
export type NodeOverlay = Map<number, NodeChildren>;

/** One number per node of any tree up to the depth of the state tree. */
export function nodeKey(height: number, position: number): number {
  return height * MAX_ACCOUNTS + position;
}

/** Inverse of {@link nodeKey}. */
export function nodePlace(key: number): { readonly height: number; readonly position: number } {
  return { height: Math.floor(key / MAX_ACCOUNTS), position: key % MAX_ACCOUNTS };
}

/** The base tree with the overlay's nodes in place of its own. */
export function overlayNodes(base: NodeReader, overlay: NodeOverlay): NodeReader {
  return {
    depth: base.depth,
    children: (height, position) => overlay.get(nodeKey(height, position)) ?? base.children(height, position),
  };
}

/**
 * Sets many leaves at once, level by level, so that each touched node is hashed once. Returns the changed nodes, what
 * they were, and the new root; reads the old nodes from `nodes` and writes nowhere. `leaves` must not be empty.
 */
export function setLeaves(
  nodes: NodeReader,
  leaves: ReadonlyMap<number, bigint>,
  compress: Compress,
): { readonly root: bigint; readonly changed: NodeOverlay; readonly before: NodeOverlay } {
  const changed: NodeOverlay = new Map();
  const before: NodeOverlay = new Map();
  let level: ReadonlyMap<number, bigint> = leaves;
  for (let height = 1; height <= nodes.depth; height++) {
    const touched = new Map<number, [bigint, bigint, bigint, bigint]>();
    for (const [position, node] of level) {
      const parent = Math.floor(position / TREE_ARITY);
      let children = touched.get(parent);
      if (children === undefined) {
        const old = nodes.children(height, parent);
        before.set(nodeKey(height, parent), old);
        children = [...old];
        touched.set(parent, children);
      }
      children[position % TREE_ARITY] = node;
    }
    const parents = new Map<number, bigint>();
    for (const [parent, children] of touched) {
      changed.set(nodeKey(height, parent), children);
      parents.set(parent, compress(...children));
    }
    level = parents;
  }
  return { root: level.get(0) ?? 0n, changed, before };
}

/** The Merkle proof of the leaf at an index. Throws `state/out-of-range`. */
export function proveLeaf(nodes: NodeReader, index: number): MerkleProof {
  const digits = indexDigits(index, nodes.depth);
  const families = digits.map((_, level) => nodes.children(level + 1, Math.floor(index / TREE_ARITY ** (level + 1))));
  return {
    index,
    leafHash: families[0]?.[digits[0] ?? 0] ?? 0n,
    digits,
    siblings: families.map((children, level) => siblingsOf(children, digits[level] ?? 0)),
  };
}

/** Sets one leaf of the overlay along its proof; returns the new root. */
export function setLeafOnPath(overlay: NodeOverlay, proof: MerkleProof, leafHash: bigint, compress: Compress): bigint {
  let node = leafHash;
  proof.siblings.forEach((siblings, level) => {
    const children = insertAt(siblings, proof.digits[level] ?? 0, node);
    overlay.set(nodeKey(level + 1, Math.floor(proof.index / TREE_ARITY ** (level + 1))), children);
    node = compress(...children);
  });
  return node;
}
