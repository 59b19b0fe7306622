import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";

/** 0x-prefixed hex string. */
export type Hex = `0x${string}`;

/**
 * Throws `protocol/out-of-range` unless 0 ≤ value < 2^bits.
 *
 * @example assertUint("fee", 256n, 8) // throws
 */
export function assertUint(name: string, value: bigint, bits: number): void {
  if (value < 0n || value >> BigInt(bits) !== 0n) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `${name} is not a uint${bits}: ${value}`);
  }
}

/** Throws `protocol/out-of-range` unless value is an integer and 0 ≤ value < 2^bits (bits ≤ 53). See {@link assertUint}. */
export function assertUintNumber(name: string, value: number, bits: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", `${name} is not a uint${bits}: ${value}`);
  }
}

/**
 * Big-endian bytes of `value`, exactly `length` long; throws `protocol/out-of-range` if it does not fit.
 *
 * @example bigintToBytes(258n, 3) // Uint8Array [0, 1, 2]
 */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  assertUint("value", value, length * 8);
  return hexDigitsToBytes(hexDigits(value, length));
}

/**
 * Unsigned big-endian integer of `bytes`.
 *
 * @example bytesToBigint(Uint8Array.of(1, 2)) // 258n
 */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}

/**
 * Unsigned big-endian integer of at most 6 bytes.
 *
 * @example bytesToNumber(Uint8Array.of(1, 2)) // 258
 */
export function bytesToNumber(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/**
 * Lower-case 0x hex of `bytes`.
 *
 * @example bytesToHex(Uint8Array.of(1, 2)) // "0x0102"
 */
export function bytesToHex(bytes: Uint8Array): Hex {
  let digits = "";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return `0x${digits}`;
}

/**
 * 0x hex of `value`, `length` bytes long; throws `protocol/out-of-range` if it does not fit.
 *
 * @example bigintToHex(258n, 3) // "0x000102"
 */
export function bigintToHex(value: bigint, length: number): Hex {
  assertUint("value", value, length * 8);
  return `0x${hexDigits(value, length)}`;
}

/**
 * Bytes of 0x hex; throws `protocol/bad-hex`, also when `length` is given and differs.
 *
 * @example hexToBytes("0x0102") // Uint8Array [1, 2]
 */
export function hexToBytes(hex: string, length?: number): Uint8Array {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(hex) || (length !== undefined && hex.length !== 2 + 2 * length)) {
    throw new CairnError<ProtocolErrorCode>(
      "protocol/bad-hex",
      `not hex of ${length ?? "whole"} bytes: ${hex.slice(0, 80)}`,
    );
  }
  return hexDigitsToBytes(hex.slice(2));
}

/**
 * One array holding `parts` in order.
 *
 * @example concatBytes(Uint8Array.of(1), Uint8Array.of(2)) // Uint8Array [1, 2]
 */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/**
 * Whether two byte strings are equal.
 *
 * @example isSameBytes(Uint8Array.of(1), Uint8Array.of(1)) // true
 */
export function isSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/**
 * Whether every byte is zero.
 *
 * @example isZero(new Uint8Array(32)) // true
 */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * Throws `protocol/bad-length` unless `bytes` is `length` long.
 *
 * @example assertLength("proof", new Uint8Array(3), 32) // throws
 */
export function assertLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new CairnError<ProtocolErrorCode>(
      "protocol/bad-length",
      `${name}: ${bytes.length} bytes, expected ${length}`,
    );
  }
}

function hexDigits(value: bigint, length: number): string {
  return length === 0 ? "" : value.toString(16).padStart(length * 2, "0");
}

function hexDigitsToBytes(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
