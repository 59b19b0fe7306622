import { type Branded, bigintToBytes, bytesToBigint, CairnError } from "@cairn/protocol";
import { randomBytes as platformRandomBytes } from "@noble/hashes/utils.js";
import type { CryptoErrorCode } from "./errors.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { GRUMPKIN_GENERATOR } from "./grumpkin.ts";

/** L2 secret key, 1 … q − 1. k and q − k have the same public key. */
export type SecretKey = Branded<bigint, "SecretKey">;

/** Random bytes a key is made from: enough for a bias below 2^−130. */
export const KEY_ENTROPY_BYTES = 48;

/**
 * Checks and brands a secret key; throws `crypto/invalid-secret-key`.
 *
 * @example secretKey(0n) // throws
 */
export function secretKey(value: bigint): SecretKey {
  if (value <= 0n || value >= GRUMPKIN_ORDER) {
    throw new CairnError<CryptoErrorCode>("crypto/invalid-secret-key", "secret key is not in 1 … q − 1");
  }
  return value as SecretKey;
}

/**
 * The key 1 + (bytes mod q − 1) of at least 48 uniformly random bytes. Throws `crypto/weak-entropy`.
 *
 * @example const key = secretKeyFromBytes(crypto.getRandomValues(new Uint8Array(48)));
 */
export function secretKeyFromBytes(bytes: Uint8Array): SecretKey {
  if (bytes.length < KEY_ENTROPY_BYTES) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/weak-entropy",
      `${bytes.length} random bytes, expected at least ${KEY_ENTROPY_BYTES}`,
    );
  }
  return secretKey(1n + (bytesToBigint(bytes) % (GRUMPKIN_ORDER - 1n)));
}

/**
 * A fresh key from the platform's `crypto.getRandomValues`, or from the given source.
 *
 * @example const key = generateSecretKey();
 */
export function generateSecretKey(randomBytes: (length: number) => Uint8Array = platformRandomBytes): SecretKey {
  return secretKeyFromBytes(randomBytes(KEY_ENTROPY_BYTES));
}

/**
 * The public key: x of k·G, as a leaf stores it.
 *
 * @example publicKeyFromSecret(secretKey(1n)) // 1n, the x of the generator
 */
export function publicKeyFromSecret(key: SecretKey): bigint {
  return GRUMPKIN_GENERATOR.multiply(key).x;
}

/** 32 bytes, big-endian, for storage. See {@link decodeSecretKey}. */
export function encodeSecretKey(key: SecretKey): Uint8Array {
  return bigintToBytes(key, 32);
}

/**
 * Inverse of {@link encodeSecretKey}; throws `crypto/invalid-secret-key`.
 *
 * @example decodeSecretKey(encodeSecretKey(key)) === key // true
 */
export function decodeSecretKey(bytes: Uint8Array): SecretKey {
  if (bytes.length !== 32) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/invalid-secret-key",
      `secret key of ${bytes.length} bytes, expected 32`,
    );
  }
  return secretKey(bytesToBigint(bytes));
}
