import { type Branded, bigintToBytes, bytesToBigint, CairnError } from "@cairn/protocol";
import { randomBytes as platformRandomBytes } from "@noble/hashes/utils.js";
import type { CryptoErrorCode } from "./errors.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { GRUMPKIN_GENERATOR } from "./grumpkin.ts";

/** L2 secret key, 1 … q − 1. k and q − k have the same public key. */
export type SecretKey = Branded<bigint, "SecretKey">;

/** Random bytes a key is made from: enough for a bias below 2^−130. */
export const KEY_ENTROPY_BYTES = 48;

/** Checks and brands a secret key; throws `crypto/invalid-secret-key`. */
export function secretKey(value: bigint): SecretKey {
  if (value <= 0n || value >= GRUMPKIN_ORDER) {
    throw new CairnError<CryptoErrorCode>("crypto/invalid-secret-key", "secret key is not in 1 … q − 1");
  }
  return value as SecretKey;
}

/** The key 1 + (bytes mod q − 1) of at least 48 uniformly random bytes. Throws `crypto/weak-entropy`. */
export function secretKeyFromBytes(bytes: Uint8Array): SecretKey {
  if (bytes.length < KEY_ENTROPY_BYTES) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/weak-entropy",
      `${bytes.length} random bytes, expected at least ${KEY_ENTROPY_BYTES}`,
    );
  }
  return secretKey(1n + (bytesToBigint(bytes) % (GRUMPKIN_ORDER - 1n)));
}

/** A fresh key from the platform's `crypto.getRandomValues`, or from the given source. */
export function generateSecretKey(randomBytes: (length: number) => Uint8Array = platformRandomBytes): SecretKey {
  return secretKeyFromBytes(randomBytes(KEY_ENTROPY_BYTES));
}

/** x of k·G, what a leaf stores. */
export function publicKeyFromSecret(key: SecretKey): bigint {
  return GRUMPKIN_GENERATOR.multiply(key).x;
}

/** 32 bytes, big-endian, for storage. */
export function encodeSecretKey(key: SecretKey): Uint8Array {
  return bigintToBytes(key, 32);
}

/** Inverse of {@link encodeSecretKey}; throws `crypto/invalid-secret-key`. */
export function decodeSecretKey(bytes: Uint8Array): SecretKey {
  if (bytes.length !== 32) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/invalid-secret-key",
      `secret key of ${bytes.length} bytes, expected 32`,
    );
  }
  return secretKey(bytesToBigint(bytes));
}
