import {
  type BatchCircuit,
  batchBinding,
  type ClaimProof,
  type InnerCircuit,
  type ProvingCircuit,
  type ProvingCost,
  type ProvingOptions,
  proveBatch,
  proveBlockClaim,
} from "@cairn/circuits";
import type { ProvenBatch } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import { type BatchBinding, CairnError, type DataSource, headerOfClaim, joinClaims } from "@cairn/protocol";
import type { DevnetErrorCode } from "./errors.ts";
import { chainedBlock, type SealedBlock, type SoloSubmission } from "./solo-batch.ts";

/** Circuits of a batch whose blocks are the children of its last proof. */
export interface JoiningCircuits {
  readonly block: ProvingCircuit<InnerCircuit>;
  readonly last: ProvingCircuit<BatchCircuit>;
}

/** A batch of several blocks, and what all of its proofs took. */
export interface ProvenJoinedBatch extends ProvenBatch {
  readonly cost: ProvingCost;
}

/** What ties the batch of consecutive sealed blocks to L1. Throws `devnet/no-blocks`, and as `batchBinding`. */
export function joinedBinding(
  blocks: readonly SealedBlock[],
  submission: SoloSubmission,
  compress: Compress,
): BatchBinding {
  const claim = joinClaims(blocks.map((block) => block.claim));
  const content = { chains: firstOf(blocks).chainsBefore, blocks: blocks.map(chainedBlock) };
  return batchBinding(claim, content, submission, compress);
}

/**
 * Proves each of two to four consecutive sealed blocks, one after another, and the batch above them; `data` are the cells'
 * bytes or the blob's opening at `binding.point`. Throws `devnet/no-blocks`, and as `proveBlockClaim` and `proveBatch`.
 *
 * @example const batch = await proveJoinedBatch({ block, last }, sealed, { binding, dataSource: "blob", data });
 */
export async function proveJoinedBatch(
  circuits: JoiningCircuits,
  blocks: readonly SealedBlock[],
  given: { readonly binding: BatchBinding; readonly dataSource: DataSource; readonly data: Uint8Array },
  options: ProvingOptions = {},
): Promise<ProvenJoinedBatch> {
  const { binding, dataSource, data } = given;
  const content = { chains: firstOf(blocks).chainsBefore, blocks: blocks.map(chainedBlock) };
  const children: (ClaimProof & ProvingCost)[] = [];
  for (const block of blocks) children.push(await proveBlockClaim(circuits.block, block, options));
  const last = await proveBatch(circuits.last, { children, content, binding }, options);
  const claim = joinClaims(blocks.map((block) => block.claim));
  const witnessing = blocks.reduce((sum, { witnessSeconds }) => sum + witnessSeconds, 0);
  return {
    cost: [...children, last].reduce<ProvingCost>(addCosts, { ...NO_COST, witnessSeconds: witnessing }),
    header: headerOfClaim(claim, { circuit: circuits.last.name, dataSource, blocksRoot: binding.blocksRoot }),
    l1Operations: blocks.flatMap(({ l1Operations }) => l1Operations),
    payouts: blocks.flatMap(({ executed }) => executed.payouts),
    data,
    proof: last.proof,
  };
}

const NO_COST: ProvingCost = { witnessSeconds: 0, proveSeconds: 0, proverPeakBytes: null };

/** Seconds add up; of memory, the most counts. */
function addCosts(sum: ProvingCost, one: ProvingCost): ProvingCost {
  const peaks = [sum.proverPeakBytes, one.proverPeakBytes].filter((peak) => peak !== null);
  return {
    witnessSeconds: sum.witnessSeconds + one.witnessSeconds,
    proveSeconds: sum.proveSeconds + one.proveSeconds,
    proverPeakBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function firstOf(blocks: readonly SealedBlock[]): SealedBlock {
  const [first] = blocks;
  if (first !== undefined) return first;
  throw new CairnError<DevnetErrorCode>("devnet/no-blocks", "a batch has at least one block");
}
