import {
  type BuiltBlock,
  batchBinding,
  buildBlock,
  evaluationWitness,
  type ProvingCircuit,
  type ProvingCost,
  type ProvingOptions,
  proveSolo,
  SOLO_EVALUATION,
  type SoloCircuit,
} from "@cairn/circuits";
import type { ProvenBatch } from "@cairn/contracts";
import type { ChainedBlock, Chains, Compress } from "@cairn/crypto";
import { type BatchBinding, CairnError, type DataSource, headerOfClaim, type L1Operation } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import type { ExecutedBlock } from "@cairn/vm";
import type { DevnetErrorCode } from "./errors.ts";

/** A block whose changes are in the tree, with all that its proof needs. */
export interface SealedBlock extends BuiltBlock {
  readonly executed: ExecutedBlock;
  /** Queue entries that it consumes. */
  readonly l1Operations: readonly L1Operation[];
  /** Chains before it; those after it are `chains`. */
  readonly chainsBefore: Chains;
  /** Time to collect Merkle paths on the tree before the block; solving the circuit is part of proving. */
  readonly witnessSeconds: number;
}

/** A batch of one block, and what its proof took. */
export interface ProvenSoloBatch extends ProvenBatch {
  readonly cost: ProvingCost;
}

/** How the cells of a batch travel, and who submits it. */
export interface SoloSubmission {
  /** L1 address as an integer. */
  readonly submitter: bigint;
  readonly dataSource: DataSource;
  /** keccak256 of the cells' bytes, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** Rolling queue hash after the block, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/**
 * Collects the block's witness on `tree` as it was before and applies the block. Throws `devnet/root-mismatch`, and as
 * witness builder and tree do.
 *
 * @example const sealed = sealBlock({ tree, executed: builder.seal(), chains, compress });
 */
export function sealBlock(options: {
  readonly tree: StateTree;
  readonly executed: ExecutedBlock;
  /** Chains before the block. */
  readonly chains: Chains;
  readonly compress: Compress;
}): SealedBlock {
  const { tree, executed, chains, compress } = options;
  const startMs = performance.now();
  const built = buildBlock({ block: executed, before: tree, chains, compress });
  const witnessSeconds = (performance.now() - startMs) / 1000;
  const root = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
  if (built.claim.after.root !== root) {
    const reason = `block ${executed.blockNumber}: witness and tree differ`;
    throw new CairnError<DevnetErrorCode>("devnet/root-mismatch", reason);
  }
  const l1Operations = executed.trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []);
  return { ...built, executed, l1Operations, chainsBefore: chains, witnessSeconds };
}

/** What ties the batch of one sealed block to L1. */
export function soloBinding(block: SealedBlock, submission: SoloSubmission, compress: Compress): BatchBinding {
  const content = { chains: block.chainsBefore, blocks: [chainedBlock(block)] };
  return batchBinding(block.claim, content, submission, compress);
}

/**
 * Proves the batch of one sealed block; `data` are the cells' bytes or the blob's opening at `binding.point`. Throws as
 * `proveSolo`.
 *
 * @example const batch = await proveSoloBatch(circuit, sealed, { binding, dataSource: "calldata", data });
 */
export async function proveSoloBatch(
  circuit: ProvingCircuit<SoloCircuit>,
  block: SealedBlock,
  given: { readonly binding: BatchBinding; readonly dataSource: DataSource; readonly data: Uint8Array },
  options: ProvingOptions = {},
): Promise<ProvenSoloBatch> {
  const { claim, witness, cells, executed, l1Operations } = block;
  const { binding, dataSource, data } = given;
  const evaluation = evaluationWitness(cells, binding.point, SOLO_EVALUATION[circuit.name]);
  const { proof, ...cost } = await proveSolo(circuit, { claim, binding, witness, evaluation }, options);
  return {
    cost: { ...cost, witnessSeconds: block.witnessSeconds + cost.witnessSeconds },
    header: headerOfClaim(claim, { circuit: circuit.name, dataSource, blocksRoot: binding.blocksRoot }),
    l1Operations,
    payouts: executed.payouts,
    data,
    proof,
  };
}

/** A sealed block as chains take it in. */
export function chainedBlock({ cells, executed, l1Operations }: SealedBlock): ChainedBlock {
  return { number: BigInt(executed.blockNumber), cells, l1Operations, payouts: executed.payouts };
}
