import { publicKeyFromSecret, secretKey } from "@cairn/crypto";
import { array, assert, bigInt, integer, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { ALICE, DOMAIN } from "../test/people.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { encodePaymentCode, isPaymentCode, parsePaymentCode } from "./payment-code.ts";

const CODE = encodePaymentCode(ALICE, DOMAIN);

describe("payment code", () => {
  it("carries owner and key", () => {
    assert(
      property(bigInt(1n, 2n ** 160n - 1n), bigInt(1n, 2n ** 250n), (owner, secret) => {
        const target = { owner, key: publicKeyFromSecret(secretKey(secret)) };
        const code = encodePaymentCode(target, DOMAIN);
        expect(parsePaymentCode(code, DOMAIN)).toEqual(target);
      }),
      { numRuns: 20 },
    );
    expect(CODE).toMatch(/^cairn1[a-z2-7]{90}$/);
    expect(parsePaymentCode(` ${CODE.toUpperCase()}`.trim(), DOMAIN)).toMatchObject({ key: ALICE.key });
    expect(isPaymentCode("0x12")).toBe(false);
  });

  it("notices every single mistyped letter", () => {
    assert(
      property(integer({ min: 6, max: CODE.length - 1 }), integer({ min: 1, max: 31 }), (at, shift) => {
        const letters = "abcdefghijklmnopqrstuvwxyz234567";
        const letter = letters[(letters.indexOf(CODE[at] ?? "") + shift) % 32];
        expect(() => parsePaymentCode(CODE.slice(0, at) + letter + CODE.slice(at + 1), DOMAIN)).toThrow(
          expect.objectContaining({ code: "sdk/bad-payment-code" }),
        );
      }),
    );
  });

  it("is refused in another rollup, on another chain, cut off, or with other letters", () => {
    const refused = expect.objectContaining({ code: "sdk/bad-payment-code" });
    expect(() => parsePaymentCode(CODE, { ...DOMAIN, chainId: 1n })).toThrow(refused);
    expect(() => parsePaymentCode(CODE, { ...DOMAIN, rollup: 1n })).toThrow(refused);
    for (const text of [CODE.slice(0, -1), `${CODE}a`, CODE.replace(/.$/, "!"), "cairn1", ""]) {
      expect(() => parsePaymentCode(text, DOMAIN), text).toThrow(refused);
    }
  });

  it("is not made for an owner or key that cannot be paid", () => {
    const refused = expect.objectContaining({ code: "sdk/bad-payment-code" });
    expect(() => encodePaymentCode({ owner: 0n, key: ALICE.key }, DOMAIN)).toThrow(refused);
    expect(() => encodePaymentCode({ owner: 1n, key: 0n }, DOMAIN)).toThrow(refused);
    expect(() => encodePaymentCode({ owner: 1n, key: notAnX() }, DOMAIN)).toThrow(refused);
  });
});

describe("base32", () => {
  it("gives back every byte string", () => {
    assert(
      property(uint8Array({ maxLength: 60 }), (bytes) => {
        expect(fromBase32(toBase32(bytes))).toEqual(bytes);
      }),
    );
  });

  it("has one text for each byte string", () => {
    assert(
      property(array(integer({ min: 0, max: 31 }), { maxLength: 40 }), (digits) => {
        const text = digits.map((digit) => "abcdefghijklmnopqrstuvwxyz234567"[digit]).join("");
        const bytes = fromBase32(text);
        expect(bytes === null || toBase32(bytes) === text).toBe(true);
      }),
    );
  });
});

/** A field element that is no point's x: about half of all are. */
function notAnX(): bigint {
  for (let x = 1n; ; x++) {
    try {
      encodePaymentCode({ owner: 1n, key: x }, DOMAIN);
    } catch {
      return x;
    }
  }
}
