import { FIELD_MODULUS } from "@cairn/protocol";
import { assertField } from "./field.ts";
import type { PoseidonState } from "./poseidon-state.ts";
import {
  EXTERNAL_ROUND_CONSTANTS,
  INTERNAL_DIAGONAL_MINUS_ONE,
  INTERNAL_ROUND_CONSTANTS,
} from "./poseidon2-constants.ts";

/** Four field elements to one: the hash of leaves and of 4-ary tree nodes. Throws `crypto/not-a-field-element`. */
export type Compress = (a: bigint, b: bigint, c: bigint, d: bigint) => bigint;

const r = FIELD_MODULUS;
const [mu0, mu1, mu2, mu3] = INTERNAL_DIAGONAL_MINUS_ONE;
const firstExternal = EXTERNAL_ROUND_CONSTANTS.slice(0, 4);
const lastExternal = EXTERNAL_ROUND_CONSTANTS.slice(4);

/**
 * Poseidon2 permutation P, width 4 over the BN254 scalar field (spec 11). Throws `crypto/not-a-field-element`.
 *
 * Permutation and matrices: Grassi, Khovratovich, Schofnegger, "Poseidon2", https://eprint.iacr.org/2023/323. Round
 * constants: the Grain LFSR of "Poseidon", https://eprint.iacr.org/2019/458, as `test/grain.ts` draws them; internal
 * diagonal: the authors' parameter set for BN254 and t = 4, which Noir and Barretenberg use.
 *
 * @example const [first] = permute([1n, 2n, 3n, 4n]);
 */
export function permute(state: PoseidonState): PoseidonState {
  for (const element of state) assertField(element);
  let [a, b, c, d] = externalLayer(state);
  for (const constants of firstExternal) [a, b, c, d] = externalRound(a, b, c, d, constants);
  for (const constant of INTERNAL_ROUND_CONSTANTS) {
    const x = power5(a + constant);
    const sum = x + b + c + d;
    a = (mu0 * x + sum) % r;
    b = (mu1 * b + sum) % r;
    c = (mu2 * c + sum) % r;
    d = (mu3 * d + sum) % r;
  }
  for (const constants of lastExternal) [a, b, c, d] = externalRound(a, b, c, d, constants);
  return [a % r, b % r, c % r, d % r];
}

/**
 * `compress(a, b, c, d) = P([a, b, c, d])[0] + a mod r` in plain bigint arithmetic. Throws `crypto/not-a-field-element`.
 *
 * @example compress(1n, 2n, 3n, 4n) // a field element
 */
export const compress: Compress = (a, b, c, d) => (permute([a, b, c, d])[0] + a) % r;

/**
 * Multiplies by the external matrix, rows (5 7 1 3), (4 6 1 1), (1 3 5 7), (1 1 4 6), in the eight additions of the paper's
 * appendix. Elements of the result are below 16 r, not reduced: the next product takes them as they are.
 */
function externalLayer([a, b, c, d]: PoseidonState): [bigint, bigint, bigint, bigint] {
  const ab = a + b;
  const cd = c + d;
  const u = 2n * b + cd;
  const v = 2n * d + ab;
  const w = 4n * cd + v;
  const z = 4n * ab + u;
  return [v + z, z, u + w, w];
}

function externalRound(
  a: bigint,
  b: bigint,
  c: bigint,
  d: bigint,
  constants: PoseidonState,
): [bigint, bigint, bigint, bigint] {
  return externalLayer([
    power5(a + constants[0]),
    power5(b + constants[1]),
    power5(c + constants[2]),
    power5(d + constants[3]),
  ]);
}

function power5(x: bigint): bigint {
  const square = (x * x) % r;
  return (((square * square) % r) * x) % r;
}
