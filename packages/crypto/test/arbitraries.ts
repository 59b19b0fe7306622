import { FIELD_MODULUS } from "@cairn/protocol";
import fc from "fast-check";
import { GRUMPKIN_ORDER, type SecretKey, secretKey } from "../src/index.ts";

/** Integers in [min, max], with the ends, their neighbours and few-bit values as often as random ones. */
export function edgy(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt({ min, max }),
    fc.constantFrom(min, min + 1n, max - 1n, max),
    fc.nat({ max: 252 }).map((bits) => clamp(1n << BigInt(bits), min, max)),
    fc.nat({ max: 252 }).map((bits) => clamp((1n << BigInt(bits)) - 1n, min, max)),
  );
}

/** Field elements. */
export const fieldElement = edgy(0n, FIELD_MODULUS - 1n);

/** Scalars 1 … q − 1. */
export const scalar = edgy(1n, GRUMPKIN_ORDER - 1n);

/** Secret keys. */
export const anySecretKey: fc.Arbitrary<SecretKey> = scalar.map(secretKey);

function clamp(value: bigint, min: bigint, max: bigint): bigint {
  if (value < min) return min;
  return value > max ? max : value;
}
