import type { BlockSeal, ClosedBatch, ProofTree } from "../src/index.ts";

const HASH = new Uint8Array(32);

/** What sealing an empty block stores. */
export const SEAL: BlockSeal = {
  oldRoot: 1n,
  oldNextIndex: 64,
  newRoot: 2n,
  newNextIndex: 64,
  cells: Uint8Array.of(1),
  chains: { data: 3n, l1: 4n, payouts: 5n, blocks: 6n },
  transactionCount: 0,
  sealedAtMs: 2,
};

/** A batch of these blocks that account 7 submits. */
export function closedBatch(firstBlock: number, lastBlock: number): ClosedBatch {
  return {
    firstBlock,
    lastBlock,
    circuit: "batch",
    dataSource: "calldata",
    submitter: 7n,
    dataCommitment: HASH,
    point: pointOf(firstBlock, lastBlock),
    closedAtMs: 9000,
  };
}

/** The last proof of {@link closedBatch}, over `children`. */
export function batchProof(firstBlock: number, lastBlock: number, children: readonly ProofTree[] = []): ProofTree {
  const publicInputs = Array.from({ length: 17 }, (_, i) => (i === 12 ? pointOf(firstBlock, lastBlock) : BigInt(i)));
  return { kind: "batch", circuit: "batch", firstBlock, lastBlock, publicInputs, children };
}

/** A proof of one block. */
export function blockProof(block: number): ProofTree {
  return {
    kind: "block",
    circuit: "block16",
    firstBlock: block,
    lastBlock: block,
    publicInputs: inputs(),
    children: [],
  };
}

/** Proofs of blocks, for a batch that verifies them itself; none for a batch of one block, which is proven alone. */
export function blockProofs(firstBlock: number, lastBlock: number): ProofTree[] {
  if (firstBlock === lastBlock) return [];
  return Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => blockProof(firstBlock + i));
}

/** A merge of proofs of blocks one after another. */
export function mergeProof(firstBlock: number, lastBlock: number): ProofTree {
  const children = Array.from({ length: lastBlock - firstBlock + 1 }, (_, i) => blockProof(firstBlock + i));
  return { kind: "merge", circuit: "merge1", firstBlock, lastBlock, publicInputs: inputs(), children };
}

function inputs(): bigint[] {
  return Array.from({ length: 11 }, (_, i) => BigInt(i));
}

function pointOf(firstBlock: number, lastBlock: number): bigint {
  return BigInt(1000 * firstBlock + lastBlock);
}
