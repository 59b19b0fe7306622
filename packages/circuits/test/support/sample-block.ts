import { type BlockSize, publicInput } from "@cairn/protocol";
import {
  arbitraryBlockInput,
  type BlockInput,
  blockContentOf,
  blockOptionsOf,
  createSparseState,
} from "@cairn/testkit";
import { blockPublicInput, type ExecutedBlock, executeBlock } from "@cairn/vm";
import fc from "fast-check";
import { type BlockWitness, buildWitness } from "../../src/index.ts";
import { CRYPTO } from "./crypto.ts";

/** A block that the VM made, ready for the circuit. */
export interface ProvableBlock {
  readonly block: ExecutedBlock;
  readonly witness: BlockWitness;
  readonly publicInput: bigint;
  readonly newRoot: bigint;
}

export function provableBlock(input: BlockInput): ProvableBlock {
  const state = createSparseState(input, CRYPTO.compress);
  const { block } = executeBlock(blockOptionsOf(input, state, CRYPTO), blockContentOf(input));
  const { witness, oldRoot, newRoot } = buildWitness(block.trace, state, CRYPTO.compress);
  return { block, witness, newRoot, publicInput: publicInput(blockPublicInput(block, oldRoot, newRoot)) };
}

/** The same full block every time. */
export function sampleBlock(slotCount: BlockSize, seed = 1): ProvableBlock {
  const [input] = fc.sample(arbitraryBlockInput({ slotCount, crypto: CRYPTO, flawedPercent: 0, shape: "dense" }), {
    numRuns: 1,
    seed,
  });
  if (input === undefined) throw new TypeError("fast-check gave no sample");
  return provableBlock(input);
}
