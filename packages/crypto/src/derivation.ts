import { bigintToBytes, CairnError, concatBytes, type Domain } from "@cairn/protocol";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { CryptoErrorCode } from "./errors.ts";
import { encodeSecretKey, KEY_ENTROPY_BYTES, type SecretKey, secretKeyFromBytes } from "./keys.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const CUSTOMER_SALT = "cairn/customer-key/1";
const CUSTOMER_ID = /^[A-Za-z0-9][A-Za-z0-9._@+:/-]{0,127}$/;

/**
 * A secret key from secret bytes, for one purpose: HKDF-SHA256 with a salt that no other derivation uses, whose `info` is
 * the chain id (8 bytes), the rollup (20 bytes) and the name. Keys of different purposes say nothing about each other or
 * about the bytes. Throws `protocol/out-of-range`.
 *
 * @example deriveSecretKey(prf, "cairn/passkey-key/1", domain);
 */
export function deriveSecretKey(
  secret: Uint8Array,
  salt: string,
  { chainId, rollup }: Domain,
  ...name: Uint8Array[]
): SecretKey {
  const info = concatBytes(bigintToBytes(chainId, 8), bigintToBytes(rollup, 20), ...name);
  return secretKeyFromBytes(hkdf(sha256, secret, utf8(salt), info, KEY_ENTROPY_BYTES));
}

/**
 * Whether a text can name a customer: 1 to 128 letters, digits and `. _ @ + : / -`, the first a letter or digit. Capital
 * letters count, and so do zeros in front.
 *
 * @example isCustomerId("shop-17/anna@example.org") // true
 */
export function isCustomerId(text: string): boolean {
  return CUSTOMER_ID.test(text);
}

/**
 * The L2 key of a customer in one rollup, from the secret of whoever has the customers (spec 13). One customer's key
 * says nothing about those of others, nor about the secret; public keys cannot be derived without the secret. Throws
 * `crypto/invalid-customer-id`.
 *
 * @example const key = publicKeyFromSecret(customerSecretKey(secret, domain, "customer-17"));
 */
export function customerSecretKey(secret: SecretKey, domain: Domain, customer: string): SecretKey {
  if (!isCustomerId(customer)) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/invalid-customer-id",
      `not the id of a customer: ${JSON.stringify(customer.slice(0, 60))}; hash or encode others`,
    );
  }
  return deriveSecretKey(encodeSecretKey(secret), CUSTOMER_SALT, domain, utf8(customer));
}
