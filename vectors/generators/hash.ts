import {
  compress,
  EXTERNAL_ROUND_CONSTANTS,
  INTERNAL_DIAGONAL_MINUS_ONE,
  INTERNAL_ROUND_CONSTANTS,
  type PoseidonState,
  permute,
} from "@cairn/crypto";
import { FIELD_MODULUS } from "@cairn/protocol";
import { type Vector, word } from "../json.ts";

const LAST = FIELD_MODULUS - 1n;

/** Inputs around the bounds of the field, with leading zeros, and without any pattern. */
const INPUTS: readonly PoseidonState[] = [
  [0n, 0n, 0n, 0n],
  [0n, 1n, 2n, 3n],
  [1n, 0n, 0n, 0n],
  [0n, 0n, 0n, 1n],
  [LAST, LAST, LAST, LAST],
  [LAST, 0n, 0n, LAST],
  [2n ** 128n - 1n, 2n ** 64n, 2n ** 160n - 1n, 2n ** 232n],
  [1n << 240n, 1n << 248n, 0xffn, 0x1234n],
  ...[11n, 12n, 13n, 14n].map((seed): PoseidonState => [scramble(seed), scramble(-seed), scramble(seed * seed), seed]),
];

/** Poseidon2 permutation and compression. */
export function hashVectors(): Vector {
  return {
    compress: INPUTS.map(([a, b, c, d]) => ({
      a: word(a),
      b: word(b),
      c: word(c),
      d: word(d),
      hash: word(compress(a, b, c, d)),
    })),
    permutation: INPUTS.map((input) => ({ input: input.map(word), output: permute(input).map(word) })),
  };
}

/** Parameters of the permutation: everything that spec 11 generates or names. */
export function poseidon2Vectors(): Vector {
  return {
    externalMatrix: [
      [5, 7, 1, 3],
      [4, 6, 1, 1],
      [1, 3, 5, 7],
      [1, 1, 4, 6],
    ],
    externalRoundConstants: EXTERNAL_ROUND_CONSTANTS.map((round) => round.map(word)),
    externalRounds: EXTERNAL_ROUND_CONSTANTS.length,
    internalDiagonalMinusOne: INTERNAL_DIAGONAL_MINUS_ONE.map(word),
    internalRoundConstants: INTERNAL_ROUND_CONSTANTS.map(word),
    internalRounds: INTERNAL_ROUND_CONSTANTS.length,
    modulus: word(FIELD_MODULUS),
    sboxDegree: 5,
    width: 4,
  };
}

/** A field element without visible pattern, always the same for a seed. */
export function scramble(seed: bigint): bigint {
  const start = ((seed % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
  return (start ** 5n + 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251n ** 5n) % FIELD_MODULUS;
}
