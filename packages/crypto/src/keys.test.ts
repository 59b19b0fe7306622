import { bigintToBytes } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySecretKey } from "../test/arbitraries.ts";
import { KEYS_WITH_LEADING_ZEROS } from "../test/vectors.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { liftX } from "./grumpkin.ts";
import {
  decodeSecretKey,
  encodeSecretKey,
  generateSecretKey,
  publicKeyFromSecret,
  secretKey,
  secretKeyFromBytes,
} from "./keys.ts";

const q = GRUMPKIN_ORDER;
const invalid = expect.objectContaining({ code: "crypto/invalid-secret-key" });

describe("secret keys", () => {
  it.each([0n, -1n, q, q + 1n])("cannot be %s", (value) => {
    expect(() => secretKey(value)).toThrow(invalid);
  });

  it("survive their bytes", () => {
    fc.assert(
      fc.property(anySecretKey, (key) => {
        expect(encodeSecretKey(key)).toHaveLength(32);
        expect(decodeSecretKey(encodeSecretKey(key))).toBe(key);
      }),
    );
  });

  it.each([0, 31, 33])("are refused from %i bytes", (length) => {
    expect(() => decodeSecretKey(new Uint8Array(length).fill(1))).toThrow(invalid);
  });

  it.each([0n, q, (1n << 256n) - 1n])("are refused from the bytes of %s", (value) => {
    expect(() => decodeSecretKey(bigintToBytes(value, 32))).toThrow(invalid);
  });
});

describe("secretKeyFromBytes", () => {
  it("maps 48 bytes onto 1 … q − 1", () => {
    expect(secretKeyFromBytes(new Uint8Array(48))).toBe(1n);
    expect(secretKeyFromBytes(bigintToBytes(q - 2n, 48))).toBe(q - 1n);
    expect(secretKeyFromBytes(bigintToBytes(q - 1n, 48))).toBe(1n);
    expect(secretKeyFromBytes(bigintToBytes(5n * (q - 1n) + 8n, 48))).toBe(9n);
  });

  it("always gives a key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 48, maxLength: 80 }), (bytes) => {
        expect(secretKey(secretKeyFromBytes(bytes))).toBeGreaterThan(0n);
      }),
    );
  });

  it.each([0, 32, 47])("refuses %i bytes", (length) => {
    expect(() => secretKeyFromBytes(new Uint8Array(length).fill(255))).toThrow(
      expect.objectContaining({ code: "crypto/weak-entropy" }),
    );
  });
});

describe("generateSecretKey", () => {
  it("makes different keys", () => {
    expect(new Set(Array.from({ length: 20 }, () => generateSecretKey())).size).toBe(20);
  });

  it("takes a random source", () => {
    expect(generateSecretKey((length) => bigintToBytes(41n, length))).toBe(42n);
  });
});

describe("publicKeyFromSecret", () => {
  it.each(KEYS_WITH_LEADING_ZEROS)("gives a key with $zeroBytes leading zero bytes for $secret", (vector) => {
    const publicKey = publicKeyFromSecret(secretKey(vector.secret));
    const bytes = bigintToBytes(publicKey, 32);
    expect(bytes.findIndex((byte) => byte !== 0)).toBe(vector.zeroBytes);
    expect(liftX(publicKey)).not.toBeNull();
  });
});
