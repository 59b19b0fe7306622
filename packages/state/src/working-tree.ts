import type { Compress } from "@cairn/crypto";
import { type NodeOverlay, type NodeReader, overlayNodes, proveLeaf, setLeafOnPath } from "./nodes.ts";
import type { MerkleProof, NodeSiblings } from "./tree-shape.ts";

/** The tree a {@link WorkingTree} starts from: any state view. */
export interface WorkingTreeBase {
  readonly nodes: NodeReader;
  root(): bigint;
}

/** One leaf update; the siblings are the same before and after it. */
export interface LeafUpdate {
  readonly index: number;
  readonly leafBefore: bigint;
  readonly leafAfter: bigint;
  readonly rootBefore: bigint;
  readonly rootAfter: bigint;
  /** Per level, leaves first. */
  readonly siblings: readonly NodeSiblings[];
}

/** A tree whose leaves change one after another in memory, as the circuit sees them; the base is never written. */
export interface WorkingTree {
  root(): bigint;
  /** The proof of a leaf in the tree as it is now. Throws `state/out-of-range`. */
  prove(index: number): MerkleProof;
  /**
   * Sets one leaf and returns the step. Setting the hash a leaf already has costs no hashing. Throws
   * `state/out-of-range`.
   */
  update(index: number, leafHash: bigint): LeafUpdate;
}

/** Starts a working tree on a state view, which must stay open and unchanged meanwhile. */
export function createWorkingTree(base: WorkingTreeBase, compress: Compress): WorkingTree {
  const overlay: NodeOverlay = new Map();
  const nodes = overlayNodes(base.nodes, overlay);
  let root = base.root();
  return {
    root: () => root,
    prove: (index) => proveLeaf(nodes, index),
    update(index, leafHash) {
      const proof = proveLeaf(nodes, index);
      const rootBefore = root;
      if (leafHash !== proof.leafHash) root = setLeafOnPath(overlay, proof, leafHash, compress);
      return {
        index,
        leafBefore: proof.leafHash,
        leafAfter: leafHash,
        rootBefore,
        rootAfter: root,
        siblings: proof.siblings,
      };
    },
  };
}
