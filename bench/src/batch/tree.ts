import type { BatchCircuit, MergeCircuit } from "@cairn/circuits";
import { batchPlan, type PlannedProof } from "@cairn/node";
import { CairnError, type SoloSize } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";

/** A proof that others verify: of the block at a position in the batch, or of consecutive proofs. */
export type ProofNode =
  | { readonly type: "block"; readonly position: number }
  | { readonly type: "merge"; readonly circuit: MergeCircuit; readonly children: readonly ProofNode[] };

/** The proofs of a batch, below the last one. */
export interface ProofTree {
  readonly circuit: BatchCircuit;
  readonly children: readonly ProofNode[];
}

const FIRST_BLOCK = 1;
/** The plan does not depend on the size of the blocks. */
const ANY_SIZE: SoloSize = 16;

/**
 * The tree that a node would plan for a batch of this many blocks. Throws `bench/bad-option` for a single block, which is
 * proven alone; `node/bad-batch` for more than a batch holds.
 *
 * @example planTree(4) // { circuit: "batch", children: the four blocks }
 */
export function planTree(blocks: number): ProofTree {
  const { circuit, children } = batchPlan(FIRST_BLOCK, new Array<SoloSize>(blocks).fill(ANY_SIZE));
  if (circuit === "pair" || circuit === "batch") return { circuit, children: children.map(toNode) };
  throw new CairnError<BenchErrorCode>(
    "bench/bad-option",
    "one block is proven alone: choose more transfers than slots",
  );
}

/** Circuits of the merges of a tree, one for each proof. */
export function mergesOf({ children }: Pick<ProofTree, "children">): MergeCircuit[] {
  return children.flatMap((child) => (child.type === "merge" ? [...mergesOf(child), child.circuit] : []));
}

function toNode({ circuit, firstBlock, children }: PlannedProof): ProofNode {
  if (circuit !== "merge1" && circuit !== "merge2") return { type: "block", position: firstBlock - FIRST_BLOCK };
  return { type: "merge", circuit, children: children.map(toNode) };
}
