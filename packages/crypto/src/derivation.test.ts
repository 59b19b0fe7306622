import { createHmac } from "node:crypto";
import { bytesToBigint, type Domain } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "../../../vectors/customer-keys.json" with { type: "json" };
import { anySecretKey } from "../test/arbitraries.ts";
import { customerSecretKey, isCustomerId } from "./derivation.ts";
import { GRUMPKIN_ORDER } from "./field.ts";
import { publicKeyFromSecret, secretKey } from "./keys.ts";

const DOMAIN: Domain = { chainId: 31337n, rollup: 0xabcn };
const domainOf = ({ chainId, rollup }: { chainId: string; rollup: string }): Domain => ({
  chainId: BigInt(chainId),
  rollup: BigInt(rollup),
});

/** Spec 13.2 word by word, with another implementation of HMAC. */
function derivedBySpec(secret: string, chainId: string, rollup: string, customer: string): bigint {
  const hmac = (key: Buffer, ...parts: Buffer[]) => createHmac("sha256", key).update(Buffer.concat(parts)).digest();
  const hex = (text: string, bytes: number) =>
    Buffer.from(
      text
        .slice(2)
        .padStart(2 * bytes, "0")
        .slice(-2 * bytes),
      "hex",
    );
  const info = Buffer.concat([hex(chainId, 8), hex(rollup, 20), Buffer.from(customer, "ascii")]);
  const extracted = hmac(Buffer.from("cairn/customer-key/1"), hex(secret, 32));
  const first = hmac(extracted, info, Buffer.from([1]));
  const second = hmac(extracted, first, info, Buffer.from([2]));
  return 1n + (bytesToBigint(Buffer.concat([first, second]).subarray(0, 48)) % (GRUMPKIN_ORDER - 1n));
}

describe("keys of customers", () => {
  it.each(vectors.cases)(
    "are those of spec 13.2: $customer",
    ({ secret, customer, customerSecret, customerKey, ...at }) => {
      const derived = customerSecretKey(secretKey(BigInt(secret)), domainOf(at), customer);
      expect(derived).toBe(BigInt(customerSecret));
      expect(derived).toBe(derivedBySpec(secret, at.chainId, at.rollup, customer));
      expect(publicKeyFromSecret(derived)).toBe(BigInt(customerKey));
    },
  );

  it("differ in each of secret, chain, rollup and customer", () => {
    expect(new Set(vectors.cases.map(({ customerSecret }) => customerSecret)).size).toBe(vectors.cases.length);
  });

  it("of one customer are no secret from which those of others follow", () => {
    fc.assert(
      fc.property(anySecretKey, (secret) => {
        const anna = customerSecretKey(secret, DOMAIN, "anna");
        const ben = customerSecretKey(secret, DOMAIN, "ben");
        expect([ben, secret]).not.toContain(customerSecretKey(anna, DOMAIN, "ben"));
        // As with derivations that add: a child less a public part is the parent.
        const added = (ben - anna + GRUMPKIN_ORDER) % GRUMPKIN_ORDER;
        const other = customerSecretKey(secretKey(1n + (secret % (GRUMPKIN_ORDER - 2n))), DOMAIN, "anna");
        expect((other + added) % GRUMPKIN_ORDER).not.toBe(
          customerSecretKey(secretKey(1n + (secret % (GRUMPKIN_ORDER - 2n))), DOMAIN, "ben"),
        );
      }),
      { numRuns: 20 },
    );
  });

  it.each(["1", "0017", "a", "Anna", "shop:17/anna+1@example.org", "x".repeat(128)])("are for the id %s", (id) => {
    expect(isCustomerId(id)).toBe(true);
  });

  it.each(["", " 1", "1 ", "a b", "-1", "=1", "@a", "é", "a\n", "a\u0000", "x".repeat(129), "a,b", 'a"'])(
    "are not for the id %j",
    (id) => {
      expect(isCustomerId(id)).toBe(false);
      expect(() => customerSecretKey(secretKey(1n), DOMAIN, id)).toThrow(
        expect.objectContaining({ code: "crypto/invalid-customer-id" }),
      );
    },
  );
});
