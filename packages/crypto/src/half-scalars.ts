import { GRUMPKIN_ORDER } from "./field.ts";
import { GRUMPKIN_HALF_SCALAR_BASIS } from "./grumpkin.ts";

const [[a1, b1], [a2, b2]] = GRUMPKIN_HALF_SCALAR_BASIS;
const q = GRUMPKIN_ORDER;

/** Splits 0 ≤ k < q into halves below 2^128 in magnitude with k ≡ first + λ·second mod q. */
export function splitScalar(k: bigint): readonly [first: bigint, second: bigint] {
  const c1 = divideRounded(b2 * k, q);
  const c2 = divideRounded(-b1 * k, q);
  return [k - c1 * a1 - c2 * a2, -c1 * b1 - c2 * b2];
}

/**
 * Signed digits, lowest first, with value Σ digit·2^i: each is 0 or odd and below 2^(width − 1) in magnitude, and of
 * `width` neighbours at most one is not 0. A negative scalar has the digits of its opposite, negated.
 */
export function nonAdjacentForm(scalar: bigint, width: number): Int8Array {
  const sign = scalar < 0n ? -1 : 1;
  const bits = (scalar < 0n ? -scalar : scalar).toString(2);
  const bitAt = (i: number): number => (bits.charCodeAt(bits.length - 1 - i) === 49 ? 1 : 0);
  const digits = new Int8Array(bits.length + 1);
  let carry = 0;
  for (let i = 0; i < digits.length; ) {
    if (((bitAt(i) + carry) & 1) === 0) {
      i++;
      continue;
    }
    let window = carry;
    for (let j = 0; j < width; j++) window += bitAt(i + j) << j;
    carry = window >> (width - 1);
    digits[i] = sign * (window - (carry << width));
    i += width;
  }
  return digits;
}

function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const half = denominator / 2n;
  return (numerator + (numerator < 0n ? -half : half)) / denominator;
}
