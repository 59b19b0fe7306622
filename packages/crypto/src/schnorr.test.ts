import { createHmac } from "node:crypto";
import { bigintToBytes, bytesToBigint, FIELD_MODULUS, type SchnorrSignature, TAG_SIGNATURE } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySecretKey, fieldElement } from "../test/arbitraries.ts";
import { SIGNATURES_WITH_LEADING_ZEROS } from "../test/vectors.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { GRUMPKIN_GENERATOR } from "./grumpkin.ts";
import { publicKeyFromSecret, type SecretKey, secretKey } from "./keys.ts";
import { compress } from "./poseidon2.ts";
import { findSigningPoint, sign, verify } from "./schnorr.ts";
import { decodeSignature, encodeSignature } from "./signature.ts";

const r = FIELD_MODULUS;
const q = GRUMPKIN_ORDER;
const mod = (value: bigint): bigint => ((value % q) + q) % q;
const invalid = expect.objectContaining({ code: "crypto/invalid-signature" });

describe("sign", () => {
  it("makes signatures that verify, for any key and message", () => {
    fc.assert(
      fc.property(anySecretKey, fieldElement, (key, message) => {
        const publicKey = publicKeyFromSecret(key);
        const signature = sign(message, key);
        expect(verify(message, signature, publicKey)).toBe(true);
        expect(decodeSignature(encodeSignature(signature))).toEqual(signature);
      }),
      { numRuns: 50 },
    );
  });

  it("derives the nonce by RFC 6979 from the whole message", () => {
    fc.assert(
      fc.property(anySecretKey, fieldElement, (key, message) => {
        const { rx, s } = sign(message, key);
        const e = compress(message, rx, publicKeyFromSecret(key), TAG_SIGNATURE);
        const nonce = mod(s + e * key);
        expect(nonce).toBe(referenceNonce(key, message));
        expect(GRUMPKIN_GENERATOR.multiply(nonce).x).toBe(rx);
      }),
      { numRuns: 30 },
    );
  });

  it("never shares a nonce between messages that differ in their lowest bits", () => {
    const key = secretKey(1234567890123456789n);
    const signatures = [0n, 1n, 2n, 3n].map((message) => sign(message, key).rx);
    expect(new Set(signatures).size).toBe(4);
  });

  it.each([-1n, r])("refuses the message %s", (message) => {
    expect(() => sign(message, secretKey(1n))).toThrow(expect.objectContaining({ code: "crypto/not-a-field-element" }));
  });
});

describe("verify", () => {
  it.each([
    ["smallest", 1n],
    ["second", 2n],
    ["largest", q - 1n],
    ["second largest", q - 2n],
    ["half", (q - 1n) / 2n],
    ["power of two", 1n << 253n],
  ])("takes signatures of the %s secret key", (_, value) => {
    const key = secretKey(value);
    expect(verify(99n, sign(99n, key), publicKeyFromSecret(key))).toBe(true);
  });

  it("takes signatures of k and of q − k under their common key", () => {
    fc.assert(
      fc.property(anySecretKey, fieldElement, (key, message) => {
        const opposite = secretKey(q - key);
        const publicKey = publicKeyFromSecret(key);
        expect(publicKeyFromSecret(opposite)).toBe(publicKey);
        expect(verify(message, sign(message, key), publicKey)).toBe(true);
        expect(verify(message, sign(message, opposite), publicKey)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it("refuses a signature with any bit of message, rx, s or key flipped", () => {
    const key = secretKey(0x1234_5678_9abc_def0n ** 3n);
    const message = 0x0fed_cba9n ** 7n;
    const publicKey = publicKeyFromSecret(key);
    const { rx, s } = sign(message, key);
    for (let bit = 0n; bit < 256n; bit += 5n) {
      const flip = 1n << bit;
      expect(verify(message ^ flip, { rx, s }, publicKey)).toBe(false);
      expect(verify(message, { rx: rx ^ flip, s }, publicKey)).toBe(false);
      expect(verify(message, { rx, s: s ^ flip }, publicKey)).toBe(false);
      expect(verify(message, { rx, s }, publicKey ^ flip)).toBe(false);
    }
  });

  it("refuses the signature of another key, message or tag", () => {
    const key = secretKey(5n);
    const publicKey = publicKeyFromSecret(key);
    expect(verify(1n, sign(1n, secretKey(6n)), publicKey)).toBe(false);
    expect(verify(1n, sign(2n, key), publicKey)).toBe(false);
    const otherTag = sign(1n, key, (a, b, c, d) => compress(a, b, c, d + 1n));
    expect(verify(1n, otherTag, publicKey)).toBe(false);
  });

  it("refuses values outside their ranges though they are equal mod r or q", () => {
    const key = secretKey(77n);
    const publicKey = publicKeyFromSecret(key);
    const { rx, s } = sign(1n, key);
    const cases: readonly (readonly [message: bigint, signature: SchnorrSignature, key: bigint])[] = [
      [1n, { rx, s: s + q }, publicKey],
      [1n, { rx, s: s - q }, publicKey],
      [1n, { rx: rx + r, s }, publicKey],
      [1n, { rx: rx - r, s }, publicKey],
      [1n + r, { rx, s }, publicKey],
      [1n - r, { rx, s }, publicKey],
      [1n, { rx, s }, publicKey + r],
      [1n, { rx, s }, publicKey - r],
    ];
    for (const [message, signature, publicX] of cases) expect(verify(message, signature, publicX)).toBe(false);
  });

  it("refuses rx = 0, s = 0, a key of 0 and a key that is the x of no point", () => {
    const key = secretKey(77n);
    const publicKey = publicKeyFromSecret(key);
    const { rx, s } = sign(1n, key);
    expect(verify(1n, { rx: 0n, s }, publicKey)).toBe(false);
    expect(verify(1n, { rx, s: 0n }, publicKey)).toBe(false);
    expect(verify(1n, { rx, s }, 0n)).toBe(false);
    expect(verify(1n, { rx, s }, 3n)).toBe(false);
  });

  it("refuses a forgery that makes the sum infinite", () => {
    const key = secretKey(77n);
    const publicKey = publicKeyFromSecret(key);
    const rx = 5n;
    const e = compress(1n, rx, publicKey, TAG_SIGNATURE);
    for (const s of [mod(-e * key), mod(e * key)]) expect(verify(1n, { rx, s }, publicKey)).toBe(false);
  });
});

describe("findSigningPoint", () => {
  it("gives the point of the secret that signed, whichever sign of y it has", () => {
    fc.assert(
      fc.property(anySecretKey, fieldElement, (key, message) => {
        const point = GRUMPKIN_GENERATOR.multiply(key).toAffine();
        expect(findSigningPoint(message, sign(message, key), point.x)).toEqual(point);
      }),
      { numRuns: 20 },
    );
  });

  it("meets both signs of y", () => {
    const parities = [2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n].map((value) => {
      const key = secretKey(value);
      const point = findSigningPoint(1n, sign(1n, key), publicKeyFromSecret(key));
      return (point?.y ?? 0n) & 1n;
    });
    expect(new Set(parities)).toEqual(new Set([0n, 1n]));
  });
});

describe("signature bytes", () => {
  it.each(SIGNATURES_WITH_LEADING_ZEROS)("keep $zeroBytes leading zero bytes of $part", (vector) => {
    const { message, part, zeroBytes, rx, s } = vector;
    expect(sign(message, secretKey(7n))).toEqual({ rx, s });
    const bytes = encodeSignature({ rx, s });
    const start = part === "rx" ? 0 : 32;
    expect([...bytes.subarray(start, start + zeroBytes)]).toEqual(Array(zeroBytes).fill(0));
    expect(bytes[start + zeroBytes]).not.toBe(0);
    expect(decodeSignature(bytes)).toEqual({ rx, s });
    expect(verify(message, { rx, s }, publicKeyFromSecret(secretKey(7n)))).toBe(true);
  });

  it("hold the extremes", () => {
    for (const signature of [
      { rx: 1n, s: 1n },
      { rx: r - 1n, s: q - 1n },
    ]) {
      expect(decodeSignature(encodeSignature(signature))).toEqual(signature);
    }
  });

  it.each([0, 63, 65, 128])("are refused when %i long", (length) => {
    expect(() => decodeSignature(new Uint8Array(length).fill(1))).toThrow(invalid);
  });

  it.each([
    [0n, 1n],
    [r, 1n],
    [1n, 0n],
    [1n, q],
    [(1n << 256n) - 1n, (1n << 256n) - 1n],
  ])("are refused with rx = %s, s = %s", (rx, s) => {
    const bytes = new Uint8Array([...bigintToBytes(rx, 32), ...bigintToBytes(s, 32)]);
    expect(() => decodeSignature(bytes)).toThrow(invalid);
    expect(() => encodeSignature({ rx, s })).toThrow(invalid);
  });
});

/** RFC 6979, section 3.2, steps b to h, with the message's 32 bytes in place of bits2octets(h1). */
function referenceNonce(key: SecretKey, message: bigint): bigint {
  const hmac = (k: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
    const mac = createHmac("sha256", k);
    for (const part of parts) mac.update(part);
    return mac.digest();
  };
  const seed = [bigintToBytes(key, 32), bigintToBytes(message, 32)];
  let v: Uint8Array = new Uint8Array(32).fill(1);
  let k: Uint8Array = new Uint8Array(32);
  k = hmac(k, v, Uint8Array.of(0), ...seed);
  v = hmac(k, v);
  k = hmac(k, v, Uint8Array.of(1), ...seed);
  v = hmac(k, v);
  for (;;) {
    v = hmac(k, v);
    const nonce = bytesToBigint(v) >> 2n;
    if (nonce > 0n && nonce < q) return nonce;
    k = hmac(k, v, Uint8Array.of(0));
    v = hmac(k, v);
  }
}
