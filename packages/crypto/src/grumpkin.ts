import { FIELD_MODULUS } from "@cairn/protocol";
import { type WeierstrassPoint, weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { GRUMPKIN_ORDER, isField } from "./field.ts";

/** A point of Grumpkin: y² = x³ − 17 over the BN254 scalar field; spec 2.4. */
export type GrumpkinPoint = WeierstrassPoint<bigint>;

/** The x and y of a point other than infinity. */
export interface AffinePoint {
  readonly x: bigint;
  readonly y: bigint;
}

/** Cube root of one in the field: (βx, y) = λ·(x, y). */
export const GRUMPKIN_BETA = 4407920970296243842393367215006156084916469457145843978461n;

/** Reduced basis of the pairs (a, b) with a + bλ ≡ 0 mod q, which splits a scalar in two halves of 128 bits. */
export const GRUMPKIN_HALF_SCALAR_BASIS: [[bigint, bigint], [bigint, bigint]] = [
  [147946756881789319010696353538189108491n, 9931322734385697762n],
  [-9931322734385697762n, 147946756881789319000765030803803410729n],
];

const Point = weierstrass(
  {
    p: FIELD_MODULUS,
    n: GRUMPKIN_ORDER,
    h: 1n,
    a: 0n,
    b: FIELD_MODULUS - 17n,
    Gx: 1n,
    Gy: 17631683881184975370165255887551781615748388533673675138860n,
  },
  { endo: { beta: GRUMPKIN_BETA, basises: GRUMPKIN_HALF_SCALAR_BASIS } },
);

/** The generator G = (1, √−16) that Noir and Barretenberg use. */
export const GRUMPKIN_GENERATOR: GrumpkinPoint = Point.BASE;

/**
 * The point with these coordinates, which must be on the curve.
 *
 * @example pointFromAffine({ x: GRUMPKIN_GENERATOR.x, y: GRUMPKIN_GENERATOR.y }).equals(GRUMPKIN_GENERATOR) // true
 */
export function pointFromAffine(point: AffinePoint): GrumpkinPoint {
  return Point.fromAffine(point);
}

/**
 * The even y with y² = x³ − 17, or null when x is not a field element or no point has it (as for x = 0).
 *
 * @example liftX(0n) // null
 */
export function liftX(x: bigint): bigint | null {
  if (!isField(x)) return null;
  const { Fp } = Point;
  const square = Fp.sub(Fp.mul(Fp.sqr(x), x), 17n);
  let y: bigint;
  try {
    y = Fp.sqrt(square);
  } catch {
    return null;
  }
  return (y & 1n) === 0n ? y : FIELD_MODULUS - y;
}
