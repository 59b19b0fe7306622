import { blockHash, blocksRoot, type ChainedBlock, type Chains, type Compress } from "@cairn/crypto";
import { type BatchBinding, bindBatch, type Claim, type PointFields, payoutListHash } from "@cairn/protocol";

/** The blocks of a batch in order, and the chains before the first. */
export interface BatchContent {
  readonly chains: Chains;
  readonly blocks: readonly ChainedBlock[];
}

/** What L1 knows of a batch besides its claim and its lists. */
export type Submission = Pick<PointFields, "submitter" | "dataSource" | "dataCommitment" | "queueHash">;

/**
 * The public inputs that tie a batch to L1: its blocks root, point, and the values of its lists there. Throws
 * `protocol/out-of-range`, `protocol/too-many`, `protocol/malformed-record`.
 *
 * @example const binding = batchBinding(claim, { chains, blocks }, { submitter, dataSource, dataCommitment, queueHash });
 */
export function batchBinding(
  claim: Claim,
  { chains, blocks }: BatchContent,
  submission: Submission,
  compress?: Compress,
): BatchBinding {
  const payouts = blocks.flatMap((block) => block.payouts);
  const fields = {
    ...submission,
    claim,
    blocksRoot: blocksRoot(hashesAfter(chains.blocks, blocks, compress), compress),
    payoutsHash: payoutListHash(payouts),
  };
  return bindBatch(fields, {
    cells: blocks.flatMap(({ cells }) => cells),
    l1Operations: blocks.flatMap(({ l1Operations }) => l1Operations),
    payouts,
  });
}

function hashesAfter(before: bigint, blocks: readonly ChainedBlock[], compress?: Compress): bigint[] {
  let hash = before;
  return blocks.map((block) => {
    hash = blockHash(hash, block, compress);
    return hash;
  });
}
