import { blocksRoot, type Chains } from "@cairn/crypto";
import {
  type BatchBinding,
  type BlockSize,
  type BlockSize2,
  bindBatch,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  payoutListHash,
} from "@cairn/protocol";
import { arbitraryBlockInput, blockContentOf, blockOptionsOf, createSparseState } from "@cairn/testkit";
import { type ExecutedBlock, executeBlock } from "@cairn/vm";
import fc from "fast-check";
import { type BlockWitness2, type BuiltBlock2, buildBlock2 } from "../../src/2/block-witness.ts";
import { soloCircuit } from "../../src/2/circuits.ts";
import { type EvaluationWitness, evaluationWitness, SOLO_EVALUATION } from "../../src/2/evaluation-witness.ts";
import { CRYPTO, compress } from "./crypto.ts";

/** A block of protocol 2 with everything that its block and its solo circuit take. */
export interface SampleBlock2 extends BuiltBlock2 {
  readonly block: ExecutedBlock;
  readonly binding: BatchBinding;
  readonly evaluation: EvaluationWitness;
}

/** Inputs of a solo circuit, for tests to change. */
export type SoloInputs = {
  claim: Claim;
  binding: BatchBinding;
  witness: BlockWitness2;
  evaluation: EvaluationWitness;
};

/** Chains of a rollup that has run for a while. */
export const CHAINS: Chains = { data: 11n, l1: 12n, payouts: 13n, blocks: 14n };

/** The same full block every time: transactions of every kind, signed with references and times of validity. */
export function sampleBlock2(slotCount: BlockSize, seed = 1): SampleBlock2 {
  const built = sampleClaim2(slotCount, seed);
  const { block, cells, claim, chains } = built;
  const { payouts } = block;
  const l1Operations = block.trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []);
  const fields = {
    claim,
    blocksRoot: blocksRoot([chains.blocks]),
    submitter: 5n,
    dataSource: "calldata" as const,
    dataCommitment: calldataCommitment(cellsToBytes(cells)),
    queueHash: EMPTY_QUEUE_HASH,
    payoutsHash: payoutListHash(payouts),
  };
  const binding = bindBatch(fields, { cells, l1Operations, payouts });
  const evaluation = evaluationWitness(cells, binding.point, SOLO_EVALUATION[soloCircuit(slotCount)]);
  return { ...built, binding, evaluation };
}

/** The block of {@link sampleBlock2}, of any size, with what its block circuit takes. */
export function sampleClaim2(slotCount: BlockSize2, seed = 1): BuiltBlock2 & { readonly block: ExecutedBlock } {
  const inputs = arbitraryBlockInput({ slotCount, crypto: CRYPTO, flawedPercent: 0, shape: "dense" });
  const [input] = fc.sample(inputs, { numRuns: 1, seed });
  if (input === undefined) throw new TypeError("fast-check gave no sample");
  const before = createSparseState(input, compress);
  const { block } = executeBlock(blockOptionsOf(input, before, CRYPTO), blockContentOf(input));
  return { ...buildBlock2({ block, before, chains: CHAINS, compress }), block };
}
