import { BLOB_MODULUS } from "@cairn/protocol";
import type { SoloCircuit } from "../circuits.ts";

/** How a circuit evaluates the data polynomial: `groups` groups of `groupCells` cells (spec 6.5). */
export type EvaluationShape = { readonly groupCells: number; readonly groups: number };

/** A product modulo BLS12-381's order: limbs of 86, 86 and 83 bits, and the quotient's of 86, 86 and 84. */
export type StepWitness = { readonly result: readonly bigint[]; readonly quotient: readonly bigint[] };

/** Inputs of the circuit that prove the data polynomial's value at the point, named as in `noir/rollup/binding.nr`. */
export type EvaluationWitness = {
  /** 86, 86, 76 bits. */
  readonly point: readonly bigint[];
  /** `groupCells` steps, the first of them unused: powers 2, 3, … of the point. */
  readonly powers: readonly StepWitness[];
  /** Step i: the value of the cells from group i on, divided by the power at which they begin. */
  readonly groups: readonly StepWitness[];
  /** Highest 44 bits of the middle limb of the polynomial's value. */
  readonly middleHigh: bigint;
};

/** Shapes of the solo circuits: at least one cell more than slots. */
export const SOLO_EVALUATION: Readonly<Record<SoloCircuit, EvaluationShape>> = {
  solo16: { groupCells: 6, groups: 3 },
  solo64: { groupCells: 9, groups: 8 },
  solo256: { groupCells: 17, groups: 16 },
};

const LIMB_BITS = 86n;
const LOW_BITS_OF_MIDDLE = 42n;
const NO_STEP: StepWitness = { result: [0n, 0n, 0n], quotient: [0n, 0n, 0n] };

/**
 * Limbs of a number: 86 bits, 86 bits, the rest.
 *
 * @example limbsOf(2n ** 86n + 5n) // [5n, 1n, 0n]
 */
export function limbsOf(value: bigint): bigint[] {
  const limb = Number(LIMB_BITS);
  return [BigInt.asUintN(limb, value), BigInt.asUintN(limb, value >> LIMB_BITS), value >> (2n * LIMB_BITS)];
}

/**
 * What proves the value of cells, below 2^208 each, at a point below 2^248. Cells behind the end are 0.
 *
 * @example evaluationWitness(cells, bindingPoint(fields), { groupCells: 6, groups: 3 }).groups.length // 3
 */
export function evaluationWitness(
  cells: readonly bigint[],
  point: bigint,
  { groupCells, groups }: EvaluationShape,
): EvaluationWitness {
  const powers = [1n, point];
  const powerSteps = [NO_STEP];
  for (let j = 1; j < groupCells; j++) {
    const { value, step } = reduce((powers[j] ?? 0n) * point);
    powers.push(value);
    powerSteps.push(step);
  }
  const groupSteps: StepWitness[] = [];
  let total = 0n;
  for (let group = groups - 1; group >= 0; group--) {
    let sum = total * (powers[groupCells] ?? 0n);
    for (let j = 0; j < groupCells; j++) sum += (cells[group * groupCells + j] ?? 0n) * (powers[j] ?? 0n);
    const { value, step } = reduce(sum);
    groupSteps.unshift(step);
    total = value;
  }
  const middle = limbsOf(total)[1] ?? 0n;
  return { point: limbsOf(point), powers: powerSteps, groups: groupSteps, middleHigh: middle >> LOW_BITS_OF_MIDDLE };
}

function reduce(product: bigint): { readonly value: bigint; readonly step: StepWitness } {
  const value = product % BLOB_MODULUS;
  return { value, step: { result: limbsOf(value), quotient: limbsOf(product / BLOB_MODULUS) } };
}
