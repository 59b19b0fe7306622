import { FIELD_MODULUS } from "@cairn/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anySecretKey, fieldElement } from "../test/arbitraries.ts";
import { KEYS_WITH_LEADING_ZEROS, SIGNATURES_WITH_LEADING_ZEROS } from "../test/vectors.ts";
import { createFastCompress, createFastSignatureVerifier, type FastSignatureVerifier } from "./fast.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { publicKeyFromSecret, secretKey } from "./keys.ts";
import type { PoseidonState } from "./poseidon-state.ts";
import { type Compress, compress } from "./poseidon2.ts";
import { findSigningPoint, sign } from "./schnorr.ts";

const r = FIELD_MODULUS;
const q = GRUMPKIN_ORDER;
let fastCompress: Compress;
let verifier: FastSignatureVerifier;

beforeAll(async () => {
  fastCompress = await createFastCompress();
  verifier = await createFastSignatureVerifier();
});

describe("fast compress", () => {
  it("gives what the pure one gives", () => {
    fc.assert(
      fc.property(fieldElement, fieldElement, fieldElement, fieldElement, (a, b, c, d) => {
        expect(fastCompress(a, b, c, d)).toBe(compress(a, b, c, d));
      }),
      { numRuns: 1000 },
    );
  });

  it("gives what the pure one gives at every corner", () => {
    for (let corner = 0; corner < 16; corner++) {
      const at = (bit: number): bigint => ((corner >> bit) & 1 ? r - 1n : 0n);
      expect(fastCompress(at(0), at(1), at(2), at(3))).toBe(compress(at(0), at(1), at(2), at(3)));
    }
  });

  it("refuses what the pure one refuses", () => {
    for (const bad of [-1n, r, 1n << 256n]) {
      const cases: PoseidonState[] = [
        [bad, 0n, 0n, 0n],
        [0n, bad, 0n, 0n],
        [0n, 0n, bad, 0n],
        [0n, 0n, 0n, bad],
      ];
      for (const inputs of cases) {
        expect(() => fastCompress(...inputs)).toThrow(expect.objectContaining({ code: "crypto/not-a-field-element" }));
      }
    }
  });
});

describe("fast signature verifier", () => {
  it("gives the points that the pure one gives", () => {
    fc.assert(
      fc.property(anySecretKey, fieldElement, (key, message) => {
        const publicKey = publicKeyFromSecret(key);
        const signature = sign(message, key);
        const point = findSigningPoint(message, signature, publicKey);
        expect(point).not.toBeNull();
        expect(verifier.findSigningPoint(message, signature, publicKey)).toEqual(point);
        expect(verifier.verify(message, signature, publicKey)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("judges any values as the pure one does", () => {
    const anything = fc.oneof(fieldElement, fc.bigInt({ min: -2n, max: 1n << 257n }));
    fc.assert(
      fc.property(anything, anything, anything, fc.oneof(anything, fc.constantFrom(0n, 1n)), (message, rx, s, key) => {
        expect(verifier.findSigningPoint(message, { rx, s }, key)).toEqual(findSigningPoint(message, { rx, s }, key));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a signature with any bit of message, rx, s or key flipped", () => {
    const key = secretKey(0x1234_5678_9abc_def0n ** 3n);
    const message = 0x0fed_cba9n ** 7n;
    const publicKey = publicKeyFromSecret(key);
    const { rx, s } = sign(message, key, fastCompress);
    expect(verifier.verify(message, { rx, s }, publicKey)).toBe(true);
    for (let bit = 0n; bit < 256n; bit++) {
      const flip = 1n << bit;
      expect(verifier.verify(message ^ flip, { rx, s }, publicKey)).toBe(false);
      expect(verifier.verify(message, { rx: rx ^ flip, s }, publicKey)).toBe(false);
      expect(verifier.verify(message, { rx, s: s ^ flip }, publicKey)).toBe(false);
      expect(verifier.verify(message, { rx, s }, publicKey ^ flip)).toBe(false);
    }
  });

  it.each([1n, 2n, 3n, q - 1n, q - 2n, (q - 1n) / 2n, 1n << 253n])("takes signatures of the secret key %s", (value) => {
    const key = secretKey(value);
    expect(verifier.verify(3n, sign(3n, key), publicKeyFromSecret(key))).toBe(true);
  });

  it("refuses forgeries that make the sum infinite, or double a point", () => {
    const key = secretKey(77n);
    const publicKey = publicKeyFromSecret(key);
    for (const rx of [1n, 5n]) {
      const e = fastCompress(1n, rx, publicKey, 2n);
      for (const s of [(e * key) % q, q - ((e * key) % q)]) {
        const expected = findSigningPoint(1n, { rx, s }, publicKey);
        expect(expected).toBeNull();
        expect(verifier.findSigningPoint(1n, { rx, s }, publicKey)).toBeNull();
      }
    }
  });

  it("takes values with leading zeros", () => {
    const publicKey = publicKeyFromSecret(secretKey(7n));
    for (const { message, rx, s } of SIGNATURES_WITH_LEADING_ZEROS) {
      expect(verifier.verify(message, { rx, s }, publicKey)).toBe(true);
    }
    for (const { secret } of KEYS_WITH_LEADING_ZEROS) {
      const key = secretKey(secret);
      expect(verifier.verify(1n, sign(1n, key), publicKeyFromSecret(key))).toBe(true);
    }
  });
});
