import { type BatchBinding, type Claim, domainToBigint } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import type { ChildWitness } from "../witness/children.ts";
import type { EvaluationWitness } from "../witness/evaluation.ts";
import type { ListsWitness } from "../witness/lists.ts";
import type { BlockWitness } from "../witness/types.ts";
import { inputValue } from "./input-value.ts";

const LOW_BITS = 128;

/**
 * The parameters of a block circuit's `main`.
 *
 * @example await solveWitness(circuit, blockInputMap(claim, witness));
 */
export function blockInputMap(claim: Claim, witness: BlockWitness): InputMap {
  return inputValue({ claim: claimFields(claim), witness }) as InputMap;
}

/**
 * The parameters of a solo circuit's `main`.
 *
 * @example await solveWitness(circuit, soloInputMap({ claim, binding, witness, evaluation }));
 */
export function soloInputMap(options: {
  readonly claim: Claim;
  readonly binding: BatchBinding;
  readonly witness: BlockWitness;
  readonly evaluation: EvaluationWitness;
}): InputMap {
  const { claim, binding, witness, evaluation } = options;
  return inputValue({ claim: claimFields(claim), binding: bindingFields(binding), witness, evaluation }) as InputMap;
}

/**
 * The parameters of a merge circuit's `main`.
 *
 * @example await solveWitness(circuit, mergeInputMap(claim, children));
 */
export function mergeInputMap(claim: Claim, children: readonly ChildWitness[]): InputMap {
  return inputValue({ claim: claimFields(claim), children: children.map(childFields) }) as InputMap;
}

/**
 * The parameters of a batch circuit's `main`.
 *
 * @example await solveWitness(circuit, batchInputMap({ claim, binding, children, lists, evaluation }));
 */
export function batchInputMap(options: {
  readonly claim: Claim;
  readonly binding: BatchBinding;
  readonly children: readonly ChildWitness[];
  readonly lists: ListsWitness;
  readonly evaluation: EvaluationWitness;
}): InputMap {
  const { claim, binding, children, lists, evaluation } = options;
  return inputValue({
    claim: claimFields(claim),
    binding: bindingFields(binding),
    children: children.map(childFields),
    lists,
    evaluation,
  }) as InputMap;
}

/** The claim as the circuits name it; its order is that of the public inputs. */
export function claimFields(claim: Claim) {
  const { before, after } = claim;
  return {
    domain: domainToBigint(claim.domain),
    firstBlock: claim.firstBlock,
    lastBlock: claim.lastBlock,
    firstTimestamp: claim.firstTimestamp,
    lastTimestamp: claim.lastTimestamp,
    oldRoot: before.root,
    oldNextIndex: BigInt(before.nextIndex),
    oldHistory: before.history,
    newRoot: after.root,
    newNextIndex: BigInt(after.nextIndex),
    newHistory: after.history,
  };
}

function childFields({ claim, ...child }: ChildWitness) {
  return { ...child, claim: claim === null ? NO_CLAIM : claimFields(claim) };
}

const NO_CLAIM: ReturnType<typeof claimFields> = {
  domain: 0n,
  firstBlock: 0n,
  lastBlock: 0n,
  firstTimestamp: 0n,
  lastTimestamp: 0n,
  oldRoot: 0n,
  oldNextIndex: 0n,
  oldHistory: 0n,
  newRoot: 0n,
  newNextIndex: 0n,
  newHistory: 0n,
};

/** The binding as the circuits name it. */
export function bindingFields({ blocksRoot, point, evaluation, l1Evaluation, payoutsEvaluation }: BatchBinding) {
  return {
    blocksRoot,
    point,
    evaluationLow: BigInt.asUintN(LOW_BITS, evaluation),
    evaluationHigh: evaluation >> BigInt(LOW_BITS),
    l1Evaluation,
    payoutsEvaluation,
  };
}
