import { keccak_256 } from "@noble/hashes/sha3.js";
import { bigintToHex, bytesToBigint, hexToBytes } from "./bytes.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";

/** An L1 address as text, with its EIP-55 checksum. */
export type AddressText = `0x${string}`;

const FORM = /^0x[0-9a-fA-F]{40}$/;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * What is wrong with an address as written; null if nothing is. Mixed-case letters must match the EIP-55 checksum: a
 * mismatch means that a character was mistyped. Letters of one case only carry no checksum.
 *
 * @example addressProblem("0x70997970C51812dc3A010C7d01b50e0d17dc79c8") // "has a wrong checksum"
 */
export function addressProblem(text: string): "is not an address" | "has a wrong checksum" | null {
  if (!FORM.test(text)) return "is not an address";
  const digits = text.slice(2);
  const isMixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  return isMixed && digits !== withChecksum(digits) ? "has a wrong checksum" : null;
}

/**
 * An address typed by a person or read from a file, checked and in checksum form. Throws `protocol/bad-address`.
 *
 * @example parseAddress("0x70997970c51812dc3a010c7d01b50e0d17dc79c8") // "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
 */
export function parseAddress(text: string): AddressText {
  const problem = addressProblem(text);
  if (problem === null) return `0x${withChecksum(text.slice(2))}`;
  throw new CairnError<ProtocolErrorCode>("protocol/bad-address", `${text.slice(0, 80)} ${problem}`);
}

/**
 * 20-byte address as an integer below 2^160. Throws `protocol/bad-address` as {@link parseAddress}.
 *
 * @example addressToBigint("0x000000000000000000000000000000000000002a") // 42n
 */
export function addressToBigint(address: string): bigint {
  const problem = addressProblem(address);
  if (problem === null) return bytesToBigint(hexToBytes(address, 20));
  throw new CairnError<ProtocolErrorCode>("protocol/bad-address", `${address.slice(0, 80)} ${problem}`);
}

/**
 * Lower-case address of an integer below 2^160; throws `protocol/out-of-range`.
 *
 * @example bigintToAddress(42n) // "0x000000000000000000000000000000000000002a"
 */
export function bigintToAddress(value: bigint): AddressText {
  return bigintToHex(value, 20);
}

/**
 * Whether a text is an L1 private key: 32 bytes of hex, not 0 and below the order of secp256k1.
 *
 * @example isL1PrivateKey(`0x${"00".repeat(31)}01`) // true
 */
export function isL1PrivateKey(text: string): boolean {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) return false;
  const key = BigInt(text);
  return key > 0n && key < SECP256K1_ORDER;
}

function withChecksum(digits: string): string {
  const lower = digits.toLowerCase();
  const hash = keccak_256(new TextEncoder().encode(lower));
  return Array.from(lower, (digit, i) => {
    const nibble = ((hash[i >> 1] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 0xf;
    return nibble >= 8 ? digit.toUpperCase() : digit;
  }).join("");
}
