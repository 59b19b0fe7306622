import { CairnError, FIELD_MODULUS } from "@cairn/protocol";
import type { CryptoErrorCode } from "./errors.ts";

/** Grumpkin group order q, which is the BN254 base field modulus; secret keys and response scalars are below it. */
export const GRUMPKIN_ORDER = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/**
 * Whether 0 ≤ value < r.
 *
 * @example isField(-1n) // false
 */
export function isField(value: bigint): boolean {
  return value >= 0n && value < FIELD_MODULUS;
}

/**
 * Throws `crypto/not-a-field-element` unless 0 ≤ value < r.
 *
 * @example assertField(FIELD_MODULUS) // throws
 */
export function assertField(value: bigint): void {
  if (!isField(value)) {
    throw new CairnError<CryptoErrorCode>("crypto/not-a-field-element", `not a field element: ${value}`);
  }
}

/**
 * The value mod r, also of a negative one.
 *
 * @example toField(-1n) // FIELD_MODULUS - 1n
 */
export function toField(value: bigint): bigint {
  const rest = value % FIELD_MODULUS;
  return rest < 0n ? rest + FIELD_MODULUS : rest;
}
