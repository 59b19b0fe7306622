import { assertUintNumber } from "./bytes.ts";
import {
  AMOUNT_WHOLE_BALANCE,
  BALANCE_BITS,
  FLOAT_EXPONENT_BITS,
  FLOAT16_MANTISSA_BITS,
  FLOAT40_MANTISSA_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import type { Branded } from "./ids.ts";

/** Encoded amount: 5-bit base-10 exponent ‖ 35-bit mantissa. May be AMOUNT_WHOLE_BALANCE. */
export type Float40 = Branded<number, "Float40">;
/** Encoded fee: 5-bit base-10 exponent ‖ 11-bit mantissa. */
export type Float16 = Branded<number, "Float16">;

const MAX_BALANCE = (1n << BigInt(BALANCE_BITS)) - 1n;
const MAX_EXPONENT = 2 ** FLOAT_EXPONENT_BITS - 1;

/**
 * Canonical encoding of `amount` (smallest exponent that fits), never rounded.
 * Throws `protocol/not-encodable`; `protocol/amount-overflow` above 2^128 − 1.
 *
 * @example encodeFloat40(10n ** 18n) // 284877906944
 */
export function encodeFloat40(amount: bigint): Float40 {
  return encode(amount, FLOAT40_MANTISSA_BITS) as Float40;
}

/**
 * Canonical encoding of a fee, never rounded. Throws as {@link encodeFloat40}.
 *
 * @example encodeFloat16(2_500_000n) // 8442
 */
export function encodeFloat16(fee: bigint): Float16 {
  return encode(fee, FLOAT16_MANTISSA_BITS) as Float16;
}

/**
 * Largest encodable amount that is at most `amount` and 2^128 − 1. Throws `protocol/out-of-range` below 0.
 *
 * @example floorToFloat40(123_456_789_012_345n) // 123456789010000n
 */
export function floorToFloat40(amount: bigint): bigint {
  return floor(amount, FLOAT40_MANTISSA_BITS);
}

/**
 * Largest encodable fee that is at most `fee`. Throws `protocol/out-of-range` below 0.
 *
 * @example floorToFloat16(12_345n) // 12340n
 */
export function floorToFloat16(fee: bigint): bigint {
  return floor(fee, FLOAT16_MANTISSA_BITS);
}

/**
 * Value of an encoded amount. Any mantissa–exponent pair is accepted, canonical or not.
 * Throws `protocol/amount-overflow` above 2^128 − 1, and for AMOUNT_WHOLE_BALANCE: test for that first.
 *
 * @example decodeFloat40(encodeFloat40(10n ** 18n)) // 1000000000000000000n
 */
export function decodeFloat40(encoded: Float40): bigint {
  const amount = decode(encoded, FLOAT40_MANTISSA_BITS);
  if (amount > MAX_BALANCE) {
    throw new CairnError<ProtocolErrorCode>("protocol/amount-overflow", `amount exceeds 2^128 - 1: ${amount}`);
  }
  return amount;
}

/**
 * Value of an encoded fee; always below 2^128.
 *
 * @example decodeFloat16(encodeFloat16(12_340n)) // 12340n
 */
export function decodeFloat16(encoded: Float16): bigint {
  return decode(encoded, FLOAT16_MANTISSA_BITS);
}

/**
 * Brands an encoded amount taken from bytes or JSON; throws `protocol/out-of-range`, `protocol/amount-overflow`.
 *
 * @example float40(284_877_906_944) // the amount 10n ** 18n, encoded
 */
export function float40(encoded: number): Float40 {
  assertUintNumber("float40", encoded, FLOAT40_MANTISSA_BITS + FLOAT_EXPONENT_BITS);
  const value = encoded as Float40;
  if (encoded !== AMOUNT_WHOLE_BALANCE) decodeFloat40(value);
  return value;
}

/**
 * Brands an encoded fee taken from bytes or JSON; throws `protocol/out-of-range`.
 *
 * @example float16(8442) // the fee 2500000n, encoded
 */
export function float16(encoded: number): Float16 {
  assertUintNumber("float16", encoded, FLOAT16_MANTISSA_BITS + FLOAT_EXPONENT_BITS);
  return encoded as Float16;
}

/** The encoded amount that stands for the whole balance less the fee. */
export const WHOLE_BALANCE = AMOUNT_WHOLE_BALANCE as Float40;

function encode(value: bigint, mantissaBits: number): number {
  if (value < 0n) throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `negative amount: ${value}`);
  if (value > MAX_BALANCE) {
    throw new CairnError<ProtocolErrorCode>("protocol/amount-overflow", `amount exceeds 2^128 - 1: ${value}`);
  }
  const limit = 1n << BigInt(mantissaBits);
  let mantissa = value;
  let exponent = 0;
  while (mantissa >= limit && mantissa % 10n === 0n && exponent < MAX_EXPONENT) {
    mantissa /= 10n;
    exponent++;
  }
  if (mantissa >= limit) {
    throw new CairnError<ProtocolErrorCode>(
      "protocol/not-encodable",
      `${value} has more significant digits than ${mantissaBits} bits of mantissa hold`,
      { details: { largestBelow: floor(value, mantissaBits).toString() } },
    );
  }
  return exponent * 2 ** mantissaBits + Number(mantissa);
}

function decode(encoded: number, mantissaBits: number): bigint {
  const base = 2 ** mantissaBits;
  return BigInt(encoded % base) * 10n ** BigInt(Math.floor(encoded / base));
}

function floor(value: bigint, mantissaBits: number): bigint {
  if (value < 0n) throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `negative amount: ${value}`);
  const capped = value > MAX_BALANCE ? MAX_BALANCE : value;
  const largestMantissa = (1n << BigInt(mantissaBits)) - 1n;
  let below = 0n;
  for (let exponent = 0; exponent <= MAX_EXPONENT; exponent++) {
    const scale = 10n ** BigInt(exponent);
    const mantissa = capped / scale;
    if (mantissa <= largestMantissa) return maximum(below, mantissa * scale);
    below = largestMantissa * scale;
  }
  return below;
}

function maximum(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
