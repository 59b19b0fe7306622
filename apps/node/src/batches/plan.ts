import { type BatchCircuit, blockCircuit, type InnerCircuit, type MergeCircuit, soloCircuit } from "@cairn/circuits";
import type { ProofKind, ProofTree } from "@cairn/db";
import { CairnError, type LastCircuit, MAX_BATCH_BLOCKS, type SoloSize } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** A proof of consecutive blocks, and those that it verifies, in the order of their blocks. */
export interface PlannedProof {
  readonly kind: ProofKind;
  readonly circuit: InnerCircuit | LastCircuit;
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly children: readonly PlannedProof[];
}

/** The last proof of a batch. */
export interface BatchPlan extends PlannedProof {
  readonly kind: "batch";
  readonly circuit: LastCircuit;
}

/** Proofs that one circuit verifies. */
const CHILDREN = 4;
/** Proofs that the smaller circuit of batches verifies: it takes half the time and memory of the larger one. */
const PAIR_CHILDREN = 2;
/** Blocks under a full merge of blocks, and under a full merge of merges. */
const MERGE1_BLOCKS = CHILDREN;
const MERGE2_BLOCKS = CHILDREN * CHILDREN;

/**
 * The tree of proofs of a batch of consecutive blocks, given by their sizes. One block is proven alone. Of more blocks, every
 * four, and of more than 16 every 16, are merged; what is left over is merged only as far as the last proof has no room for
 * it, because a merge costs about as much for two blocks as for four. The last proof is a pair where it has two children.
 * Full merges come first, so that they can be made before it is known how many blocks there will be: see {@link earlyPlans}.
 * Throws `node/bad-batch` for no blocks and for more than 64.
 *
 * @example batchPlan(1, [16, 16, 16, 16, 16]).children.map(({ circuit }) => circuit) // ["merge1", "block16"]
 */
export function batchPlan(firstBlock: number, sizes: readonly SoloSize[]): BatchPlan {
  const [size, ...others] = sizes;
  const lastBlock = firstBlock + sizes.length - 1;
  if (size === undefined || sizes.length > MAX_BATCH_BLOCKS) {
    throw new CairnError<NodeErrorCode>("node/bad-batch", `no batch has ${sizes.length} blocks`);
  }
  if (others.length === 0) return { kind: "batch", circuit: soloCircuit(size), firstBlock, lastBlock, children: [] };
  const children = reduced(blockPlans(firstBlock, sizes), CHILDREN);
  const circuit: BatchCircuit = children.length <= PAIR_CHILDREN ? "pair" : "batch";
  return { kind: "batch", circuit, firstBlock, lastBlock, children };
}

/**
 * The proofs that are in the plan of every batch that begins with these blocks and holds all of them, whatever comes after:
 * they can be made while the batch is still waiting for blocks. None for a single block.
 */
export function earlyPlans(firstBlock: number, sizes: readonly SoloSize[]): PlannedProof[] {
  const blocks = blockPlans(firstBlock, sizes);
  if (blocks.length < 2) return [];
  if (blocks.length <= MERGE1_BLOCKS) return blocks;
  const large = blocks.length > MERGE2_BLOCKS ? fullMerges(blocks, MERGE2_BLOCKS) : [];
  const rest = blocks.slice(large.length * MERGE2_BLOCKS);
  const small = fullMerges(rest, MERGE1_BLOCKS);
  return [...large, ...small, ...rest.slice(small.length * MERGE1_BLOCKS)];
}

/** A plan with what each of its proofs states. */
export function proofTree(plan: PlannedProof, inputsOf: (plan: PlannedProof) => readonly bigint[]): ProofTree {
  return { ...plan, publicInputs: inputsOf(plan), children: plan.children.map((child) => proofTree(child, inputsOf)) };
}

function blockPlans(firstBlock: number, sizes: readonly SoloSize[]): PlannedProof[] {
  return sizes.map((size, i): PlannedProof => {
    const number = firstBlock + i;
    return { kind: "block", circuit: blockCircuit(size), firstBlock: number, lastBlock: number, children: [] };
  });
}

/** At most `room` proofs that cover all `blocks`, of which there are at most 16 for each. */
function reduced(blocks: readonly PlannedProof[], room: number): PlannedProof[] {
  if (blocks.length <= room) return [...blocks];
  if (blocks.length > MERGE2_BLOCKS) {
    const large = fullMerges(blocks, MERGE2_BLOCKS);
    return [...large, ...reduced(blocks.slice(large.length * MERGE2_BLOCKS), room - large.length)];
  }
  const small = fullMerges(blocks, MERGE1_BLOCKS);
  const rest = blocks.slice(small.length * MERGE1_BLOCKS);
  if (small.length + rest.length <= room) return [...small, ...rest];
  if (small.length + 1 <= room) return [...small, merge("merge1", rest)];
  return [merge("merge2", reduced(blocks, CHILDREN))];
}

/** Merges of `count` blocks each, as many as are full. */
function fullMerges(blocks: readonly PlannedProof[], count: number): PlannedProof[] {
  return Array.from({ length: Math.floor(blocks.length / count) }, (_, i) => {
    const own = blocks.slice(i * count, (i + 1) * count);
    return count === MERGE1_BLOCKS ? merge("merge1", own) : merge("merge2", fullMerges(own, MERGE1_BLOCKS));
  });
}

function merge(circuit: MergeCircuit, children: readonly PlannedProof[]): PlannedProof {
  const [first, last] = [children.at(0), children.at(-1)];
  if (first === undefined || last === undefined) throw new TypeError("a merge of nothing");
  return { kind: "merge", circuit, firstBlock: first.firstBlock, lastBlock: last.lastBlock, children };
}
