import { blocksRoot, type Chains, messageHash2 } from "@cairn/crypto";
import {
  type BatchBinding,
  type BlockSize,
  bindBatch,
  type Claim,
  calldataCommitment,
  cellsToBytes,
  EMPTY_QUEUE_HASH,
  messageWords2,
  payoutListHash,
} from "@cairn/protocol";
import {
  arbitraryBlockInput,
  blockContentOf,
  blockOptionsOf,
  createSparseState,
  type Person,
  REAL_CRYPTO,
  type TestCrypto,
} from "@cairn/testkit";
import { type ExecutedBlock, executeBlock } from "@cairn/vm";
import fc from "fast-check";
import { type BlockWitness2, type BuiltBlock2, buildBlock2, type Signed2 } from "../../src/2/block-witness.ts";
import { type EvaluationWitness, evaluationWitness, SOLO_EVALUATION } from "../../src/2/evaluation-witness.ts";

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

const { compress } = REAL_CRYPTO;
/** Chains of a rollup that has run for a while. */
export const CHAINS: Chains = { data: 11n, l1: 12n, payouts: 13n, blocks: 14n };

/** The same full block every time: transactions of every kind, signed with references and times of validity. */
export function sampleBlock2(slotCount: BlockSize, seed = 1): SampleBlock2 {
  const signers = new Map<bigint, Person>();
  const crypto: TestCrypto = {
    ...REAL_CRYPTO,
    sign: (message, signer) => {
      signers.set(message, signer);
      return REAL_CRYPTO.sign(message, signer);
    },
  };
  const inputs = arbitraryBlockInput({ slotCount, crypto, flawedPercent: 0, shape: "dense" });
  const [input] = fc.sample(inputs, { numRuns: 1, seed });
  if (input === undefined) throw new TypeError("fast-check gave no sample");
  const before = createSparseState(input, compress);
  const { block } = executeBlock(blockOptionsOf(input, before, crypto), blockContentOf(input));
  const signed = block.trace.slots.map((slot, i): Signed2 | null => {
    const signer = slot.signed === null ? undefined : signers.get(slot.signed.id);
    if (slot.signed === null || signer === undefined) return null;
    const terms = { reference: BigInt(i) << 240n, validFrom: i % 2 === 0 ? 0 : block.timestamp };
    const message = messageHash2(messageWords2(slot.signed.transaction, block.trace.domain, terms));
    return { terms, signature: REAL_CRYPTO.sign(message, signer) };
  });
  const built = buildBlock2({ block, before, chains: CHAINS, signed, compress });
  const { cells, claim, chains } = built;
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
  const evaluation = evaluationWitness(cells, binding.point, SOLO_EVALUATION[slotCount]);
  return { ...built, block, binding, evaluation };
}
