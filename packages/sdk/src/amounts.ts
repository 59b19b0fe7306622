import {
  BALANCE_BITS,
  CairnError,
  encodeFloat16,
  encodeFloat40,
  FLOAT_EXPONENT_BITS,
  FLOAT16_MANTISSA_BITS,
  FLOAT40_MANTISSA_BITS,
  type Float16,
  type Float40,
  floorToFloat16,
  floorToFloat40,
  isCairnError,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import type { SdkErrorCode } from "./errors.ts";
import { assertUnits } from "./units.ts";

/** An amount in the token's smallest unit, or `"all"`: the balance less the fee. */
export type Amount = bigint | "all";

const MAX_BALANCE = (1n << BigInt(BALANCE_BITS)) - 1n;
const MAX_SCALE = 10n ** BigInt(2 ** FLOAT_EXPONENT_BITS - 1);

/**
 * float40 of an amount, never rounded. Throws `sdk/not-encodable` with the nearest encodable amounts below and above,
 * `sdk/bad-amount` for what is no bigint.
 *
 * @example encodeAmount(10n ** 18n)
 */
export function encodeAmount(amount: Amount): Float40 {
  if (amount === "all") return WHOLE_BALANCE;
  assertUnits(amount, "an amount");
  return encode(amount, "amount", encodeFloat40, floorToFloat40, FLOAT40_MANTISSA_BITS);
}

/** float16 of a fee, never rounded. Throws as {@link encodeAmount}. See {@link encodeAmount}. */
export function encodeFee(fee: bigint): Float16 {
  assertUnits(fee, "a fee");
  return encode(fee, "fee", encodeFloat16, floorToFloat16, FLOAT16_MANTISSA_BITS);
}

/**
 * Smallest encodable fee that is at least `fee`. Throws `sdk/not-encodable` when there is none.
 *
 * @example ceilToFee(12_345n) // 12350n
 */
export function ceilToFee(fee: bigint): bigint {
  const above = ceil(fee, FLOAT16_MANTISSA_BITS);
  if (above !== null) return above;
  throw new CairnError<SdkErrorCode>("sdk/not-encodable", `no float encodes a fee of ${fee} or more`);
}

function encode<T>(
  value: bigint,
  what: string,
  toFloat: (value: bigint) => T,
  floor: (value: bigint) => bigint,
  mantissaBits: number,
): T {
  try {
    return toFloat(value);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    const below = value < 0n ? 0n : floor(value);
    const above = value < 0n ? null : ceil(value, mantissaBits);
    const nearest = above === null ? `${below}` : `${below} and ${above}`;
    throw new CairnError<SdkErrorCode>(
      "sdk/not-encodable",
      `${what} ${value} cannot be signed exactly; nearest: ${nearest}`,
      {
        cause,
        details: { below: below.toString(), above: above?.toString() ?? null },
      },
    );
  }
}

/**
 * Smallest value ≥ `value` that a mantissa of `mantissaBits` bits and a decimal exponent encode; null beyond 2^128 − 1.
 */
function ceil(value: bigint, mantissaBits: number): bigint | null {
  const limit = 1n << BigInt(mantissaBits);
  for (let scale = 1n; scale <= MAX_SCALE; scale *= 10n) {
    const mantissa = (value + scale - 1n) / scale;
    const candidate = mantissa * scale;
    if (mantissa < limit) return candidate <= MAX_BALANCE ? candidate : null;
  }
  return null;
}
