import { bigintToBytes, bytesToBigint, concatBytes, type SchnorrSignature, TAG_SIGNATURE } from "@cairn/protocol";
import { createHmacDrbg } from "@noble/curves/utils.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { assertField, GRUMPKIN_ORDER, isField } from "./field.ts";
import { type AffinePoint, GRUMPKIN_GENERATOR, type GrumpkinPoint, liftX, pointFromAffine } from "./grumpkin.ts";
import type { SecretKey } from "./keys.ts";
import { type Compress, compress as pureCompress } from "./poseidon2.ts";
import { isSignature } from "./signature.ts";

const q = GRUMPKIN_ORDER;

/**
 * The challenge e = compress(m, R.x, P.x, TAG_SIGNATURE), below r and used as a scalar; spec 2.4.
 *
 * @example const e = signatureChallenge(message, signature.rx, publicKey, compress);
 */
export function signatureChallenge(message: bigint, rx: bigint, publicKey: bigint, compress: Compress): bigint {
  return compress(message, rx, publicKey, TAG_SIGNATURE);
}

/**
 * Signs a message hash (a field element); the same key and message always give the same signature.
 * Throws `crypto/not-a-field-element`. See {@link verify}.
 */
export function sign(message: bigint, secretKey: SecretKey, compress: Compress = pureCompress): SchnorrSignature {
  assertField(message);
  const publicKey = GRUMPKIN_GENERATOR.multiply(secretKey).x;
  const drbg = createHmacDrbg<SchnorrSignature>(32, 32, hmacSha256);
  // The whole message enters: RFC 6979 would cut it to the 254 bits of q, and messages that differ only in the bits cut
  // off would share a nonce.
  const seed = concatBytes(bigintToBytes(secretKey, 32), bigintToBytes(message, 32));
  return drbg(seed, (bytes) => {
    const nonce = bytesToBigint(bytes) >> 2n;
    return signWithNonce(nonce, message, secretKey, publicKey, compress);
  });
}

/**
 * Whether the signature is valid for the message hash under the x-only key; false for any malformed input.
 *
 * @example verify(message, sign(message, key), publicKeyFromSecret(key)) // true
 */
export function verify(
  message: bigint,
  signature: SchnorrSignature,
  publicKey: bigint,
  compress: Compress = pureCompress,
): boolean {
  return findSigningPoint(message, signature, publicKey, compress) !== null;
}

/**
 * The point P with x = publicKey for which (s·G + e·P).x = R.x, the one that the circuit needs;
 * null when the signature is invalid.
 *
 * @example findSigningPoint(message, sign(message, key), publicKeyFromSecret(key)) !== null // true
 */
export function findSigningPoint(
  message: bigint,
  signature: SchnorrSignature,
  publicKey: bigint,
  compress: Compress = pureCompress,
): AffinePoint | null {
  if (!isField(message) || !isSignature(signature)) return null;
  const y = liftX(publicKey);
  if (y === null) return null;
  const e = signatureChallenge(message, signature.rx, publicKey, compress);
  const sG = GRUMPKIN_GENERATOR.multiplyUnsafe(signature.s);
  const point = pointFromAffine({ x: publicKey, y });
  const eP = point.multiplyUnsafe(e);
  for (const [sum, signing] of [
    [sG.add(eP), point],
    [sG.subtract(eP), point.negate()],
  ] satisfies [GrumpkinPoint, GrumpkinPoint][]) {
    if (!sum.is0() && sum.x === signature.rx) return signing.toAffine();
  }
  return null;
}

function signWithNonce(
  nonce: bigint,
  message: bigint,
  secretKey: bigint,
  publicKey: bigint,
  compress: Compress,
): SchnorrSignature | undefined {
  if (nonce === 0n || nonce >= q) return undefined;
  const rx = GRUMPKIN_GENERATOR.multiply(nonce).x;
  const e = signatureChallenge(message, rx, publicKey, compress);
  const rest = (nonce - ((e * secretKey) % q)) % q;
  const signature = { rx, s: rest < 0n ? rest + q : rest };
  return isSignature(signature) ? signature : undefined;
}

function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message);
}
