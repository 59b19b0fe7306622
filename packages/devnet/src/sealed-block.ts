import { type BlockCircuit, type BlockWitness, buildWitness, type Proof, proveBlock } from "@cairn/circuits";
import type { Compress } from "@cairn/crypto";
import type { ReadyBatch } from "@cairn/l1";
import { type BlockSize, CairnError, type PublicInputFields, publicInput } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import { type BlockBuilder, blockPublicInput, type ExecutedBlock } from "@cairn/vm";
import type { DevnetErrorCode } from "./errors.ts";

/** A block whose changes are in the tree, with all that its proof needs. */
export interface SealedBlock {
  readonly executed: ExecutedBlock;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly publicInputFields: PublicInputFields;
  readonly witness: BlockWitness;
  /** Time to collect Merkle paths on the tree before the block; solving the circuit is part of proving. */
  readonly witnessSeconds: number;
}

/**
 * Seals the block, collects its witness on `tree` as it was before and applies it. Throws `devnet/root-mismatch`, and
 * as builder, witness builder and tree do.
 */
export function sealBlock(tree: StateTree, builder: BlockBuilder, compress: Compress): SealedBlock {
  const executed = builder.seal();
  const startMs = performance.now();
  const built = buildWitness(executed.trace, tree, compress);
  const witnessSeconds = (performance.now() - startMs) / 1000;
  const newRoot = tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
  if (built.newRoot !== newRoot) {
    throw new CairnError<DevnetErrorCode>(
      "devnet/root-mismatch",
      `block ${executed.blockNumber}: witness and tree differ`,
    );
  }
  const publicInputFields = blockPublicInput(executed, built.oldRoot, newRoot);
  return { executed, oldRoot: built.oldRoot, newRoot, publicInputFields, witness: built.witness, witnessSeconds };
}

/** Proves a sealed block. Throws as `proveBlock`. */
export async function proveSealedBlock(
  circuit: BlockCircuit,
  sealed: SealedBlock,
  signal?: AbortSignal,
): Promise<Proof> {
  const proof = await proveBlock(circuit, publicInput(sealed.publicInputFields), sealed.witness, signal);
  return { ...proof, witnessSeconds: proof.witnessSeconds + sealed.witnessSeconds };
}

/** The batch of one sealed block as L1 takes it. */
export function readyBatch({ executed, publicInputFields }: SealedBlock, proof: Uint8Array): ReadyBatch {
  return {
    slots: executed.slotCount as BlockSize,
    fields: publicInputFields,
    publishedData: executed.publishedBytes,
    proof,
    payouts: executed.payouts,
  };
}
