import { type BatchCircuit, type MergeCircuit, PARENTS } from "@cairn/circuits";
import { CairnError, MAX_BATCH_BLOCKS } from "@cairn/protocol";
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

/** Most blocks below one proof of a merge. */
const MERGE1_BLOCKS = PARENTS.merge1.children;
const MERGE2_BLOCKS = PARENTS.merge2.children * MERGE1_BLOCKS;

/**
 * The tree with the fewest merges over this many blocks, which are not padded; of several such trees the one whose last proof
 * is a `pair`, which is half as large as a `batch`, and then the one with fewer levels. Throws `bench/bad-option` for no blocks and for more than a batch holds.
 *
 * @example planTree(4) // { circuit: "batch", children: the four blocks }
 */
export function planTree(blocks: number): ProofTree {
  if (blocks < 1 || blocks > MAX_BATCH_BLOCKS) {
    throw new CairnError<BenchErrorCode>(
      "bench/bad-option",
      `a batch has 1 to ${MAX_BATCH_BLOCKS} blocks, not ${blocks}`,
    );
  }
  const [pair, batch] = [treeUnder("pair", blocks), treeUnder("batch", blocks)];
  if (batch === null) throw new TypeError("batch takes every number of blocks");
  return pair !== null && mergesOf(pair).length <= mergesOf(batch).length ? pair : batch;
}

/** Circuits of the merges of a tree, one for each proof. */
export function mergesOf({ children }: Pick<ProofTree, "children">): MergeCircuit[] {
  return children.flatMap((child) => (child.type === "merge" ? [...mergesOf(child), child.circuit] : []));
}

function treeUnder(circuit: BatchCircuit, blocks: number): ProofTree | null {
  const places = PARENTS[circuit].children;
  const sizes = split(blocks, places, MERGE1_BLOCKS) ?? split(blocks, places, MERGE2_BLOCKS);
  return sizes === null ? null : { circuit, children: nodesOf(sizes, 0) };
}

/** Nodes over consecutive blocks from `first` on, each over as many as its size says. */
function nodesOf(sizes: readonly number[], first: number): ProofNode[] {
  let position = first;
  return sizes.map((size) => {
    const node = nodeOver(position, size);
    position += size;
    return node;
  });
}

function nodeOver(position: number, size: number): ProofNode {
  if (size === 1) return { type: "block", position };
  const [circuit, limit] = size > MERGE1_BLOCKS ? (["merge2", MERGE1_BLOCKS] as const) : (["merge1", 1] as const);
  return { type: "merge", circuit, children: nodesOf(split(size, PARENTS[circuit].children, limit) ?? [], position) };
}

/**
 * Sizes of up to `places` children: the first as large as possible, so that as many as possible of the others are single
 * blocks. A merge of four takes three proofs away, so full merges mean few merges. Null if they do not fit.
 */
function split(blocks: number, places: number, limit: number): number[] | null {
  const sizes: number[] = [];
  for (let rest = blocks; rest > 0; rest -= sizes.at(-1) ?? 0) {
    if (sizes.length === places) return null;
    const others = places - sizes.length - 1;
    sizes.push(Math.max(1, Math.min(limit, rest - others)));
  }
  return sizes;
}
