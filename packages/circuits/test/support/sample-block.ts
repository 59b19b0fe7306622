import { blocksRoot } from "@cairn/crypto";
import {
  type BatchBinding,
  type BlockSize,
  bindBatch,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  payoutListHash,
  type SoloSize,
} from "@cairn/protocol";
import {
  arbitraryBlockInput,
  type BlockInput,
  blockContentOf,
  blockOptionsOf,
  createSparseState,
} from "@cairn/testkit";
import { type ExecutedBlock, executeBlock } from "@cairn/vm";
import fc from "fast-check";
import { soloCircuit } from "../../src/circuits.ts";
import { type BuiltBlock, buildBlock } from "../../src/witness/block.ts";
import { type EvaluationWitness, evaluationWitness, SOLO_EVALUATION } from "../../src/witness/evaluation.ts";
import type { BlockWitness } from "../../src/witness/types.ts";
import { CRYPTO, compress } from "./crypto.ts";
import { CHAINS } from "./history.ts";

/** A block with everything that its block and its solo circuit take. */
export interface SampleBlock extends ClaimedBlock {
  readonly binding: BatchBinding;
  readonly evaluation: EvaluationWitness;
}

/** A block that the VM made, and what its block circuit takes. */
export interface ClaimedBlock extends BuiltBlock {
  readonly block: ExecutedBlock;
}

/** Inputs of a solo circuit, for tests to change. */
export type SoloInputs = {
  claim: Claim;
  binding: BatchBinding;
  witness: BlockWitness;
  evaluation: EvaluationWitness;
};

/** The same full block every time: transactions of every kind, signed with references and times of validity. */
export function sampleBlock(slotCount: SoloSize, seed = 1): SampleBlock {
  const built = sampleClaim(slotCount, seed);
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

/** The block of {@link sampleBlock}, of any size, with what its block circuit takes. */
export function sampleClaim(slotCount: BlockSize, seed = 1): ClaimedBlock {
  const inputs = arbitraryBlockInput({ slotCount, crypto: CRYPTO, flawedPercent: 0, shape: "dense" });
  const [input] = fc.sample(inputs, { numRuns: 1, seed });
  if (input === undefined) throw new TypeError("fast-check gave no sample");
  return claimedBlock(input);
}

/** The block that the VM makes of an input, with what its block circuit takes. */
export function claimedBlock(input: BlockInput): ClaimedBlock {
  const before = createSparseState(input, compress);
  const { block } = executeBlock(blockOptionsOf(input, before, CRYPTO), blockContentOf(input));
  return { ...buildBlock({ block, before, chains: CHAINS, compress }), block };
}
