import { blockCircuit, type Circuit, soloCircuit } from "@cairn/circuits";
import { CairnError, type SoloSize } from "@cairn/protocol";
import { batchPlan, type PlannedProof } from "../batches/plan.ts";
import type { NodeErrorCode } from "../errors.ts";

/**
 * Memory of one proof, in megabytes. Blocks: half as much again as the prover's peak, which was 146 for block16 and, of full
 * blocks, 150 for solo16, 486 for solo64, 1,716 for solo256 (with them block64 and block256, which have as many gates); for
 * block1024 section 6.8 of the specification has 6,013. Others: a quarter more than that section has, 1,933 for a pair and
 * 3,920 for a merge, or than docs/benchmarks.md has, 4,381 (4,178 MiB) for the last proof of 16 blocks.
 */
export const PROOF_MEMORY_MB: Readonly<Record<Circuit, number>> = {
  block16: 250,
  solo16: 250,
  block64: 750,
  solo64: 750,
  block256: 2600,
  solo256: 2600,
  block1024: 9100,
  pair: 2450,
  merge1: 4900,
  merge2: 4900,
  batch: 5500,
};

/**
 * The circuits by the weight of their jobs. What is above others is heavier: it takes more memory, and it comes first, because
 * a batch waits for it.
 */
const WEIGHTS: readonly (readonly Circuit[])[] = [
  ["block16", "block64", "block256", "block1024", "solo16", "solo64", "solo256"],
  ["pair"],
  ["merge1", "merge2"],
  ["batch"],
];

/** Weight of the jobs of a circuit, from 0 on. */
export function weightOf(circuit: Circuit): number {
  return WEIGHTS.findIndex((circuits) => circuits.includes(circuit));
}

/** Circuits of a weight, of a rollup whose blocks have one size. */
export function circuitsOfWeight(weight: number, slots: SoloSize): readonly Circuit[] {
  if (weight === 0) return [blockCircuit(slots), soloCircuit(slots)];
  return WEIGHTS[weight] ?? [];
}

/**
 * The heaviest job that each of a prover's workers may take, so that all of them together stay within the memory: the first
 * gets as much as there is, the others what is left. Throws `node/bad-config` when not even the proof of a block fits.
 *
 * @example maxWeights(16, { concurrency: 2, maxMemoryBytes: 6e9 }) // [3, 0]
 */
export function maxWeights(
  slots: SoloSize,
  limits: { readonly concurrency: number; readonly maxMemoryBytes: number },
): number[] {
  const needed = WEIGHTS.map((_, weight) => memoryUpTo(weight, slots));
  const allowedMb = limits.maxMemoryBytes / 1e6;
  const [least = 0] = needed;
  if (allowedMb < least) {
    throw new CairnError<NodeErrorCode>(
      "node/bad-config",
      `a proof of ${slots} slots needs ${least} MB of memory, and CAIRN_PROVER_MEMORY_MB allows ${allowedMb}`,
      { details: { slots, neededMb: least, allowedMb } },
    );
  }
  const weights: number[] = [];
  let left = allowedMb;
  while (weights.length < limits.concurrency && left >= least) {
    const weight = needed.findLastIndex((megabytes) => megabytes <= left);
    weights.push(weight);
    left -= needed[weight] ?? 0;
  }
  return weights;
}

/**
 * Throws `node/bad-config` when the proofs of a batch of up to `maxBlocks` blocks do not all fit into the memory: then it must not
 * be the only prover.
 */
export function assertProvesBatches(
  slots: SoloSize,
  { maxBlocks, maxMemoryBytes }: { readonly maxBlocks: number; readonly maxMemoryBytes: number },
): void {
  const plans = Array.from({ length: maxBlocks }, (_, i) => batchPlan(1, Array<SoloSize>(i + 1).fill(slots)));
  const neededMb = memoryUpTo(Math.max(...plans.map(heaviest)), slots);
  const allowedMb = maxMemoryBytes / 1e6;
  if (neededMb <= allowedMb) return;
  const needs = `batches of up to ${maxBlocks} blocks of ${slots} slots need ${neededMb} MB of memory for a proof`;
  const problem = `${needs}, CAIRN_PROVER_MEMORY_MB allows ${allowedMb}, and an embedded database has no other provers`;
  const details = { slots, maxBlocks, neededMb, allowedMb };
  throw new CairnError<NodeErrorCode>("node/bad-config", `${problem}: lower CAIRN_BATCH_BLOCKS or allow more`, {
    details,
  });
}

/** Weight of the heaviest job of a plan. */
function heaviest({ circuit, children }: PlannedProof): number {
  return Math.max(weightOf(circuit), ...children.map(heaviest));
}

/** A worker that takes a job also takes lighter ones. */
function memoryUpTo(weight: number, slots: SoloSize): number {
  const circuits = WEIGHTS.slice(0, weight + 1).flatMap((_, lighter) => circuitsOfWeight(lighter, slots));
  return Math.max(...circuits.map((circuit) => PROOF_MEMORY_MB[circuit]));
}
