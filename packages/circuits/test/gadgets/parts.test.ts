import { compress, findSigningPoint, publicKeyFromSecret, secretKey, sign } from "@cairn/crypto";
import { AMOUNT_WHOLE_BALANCE, decodeFloat16, FIELD_MODULUS, type Float16 } from "@cairn/protocol";
import { createWorkingTree } from "@cairn/state";
import { createSparseState } from "@cairn/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16Witness, float40Witness, indexWitness, signatureWitness } from "../../src/witness/parts.ts";
import { gadgetRefusal, runGadget } from "../support/gadget.ts";
import { pathOf, subrootsOf } from "../support/tree-path.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const positive = (bits: number) => fc.bigInt(1n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const index = fc.oneof(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.constantFrom(0, 1, 63, 64, 2 ** 24 - 1));
const RUNS = { numRuns: 25 };

describe("index", () => {
  it("equals the number, and distinguishes accounts from operation codes", async () => {
    await fc.assert(
      fc.asyncProperty(index, async (value) => {
        expect(await runGadget("index", { index: indexWitness(value) })).toEqual([BigInt(value), value >= 64]);
      }),
      RUNS,
    );
  });
});

describe("float40 and float16", () => {
  it("decode as the twins do, beyond 128 bits included", async () => {
    const encoded = fc.oneof(uint(40).map(Number), fc.constantFrom(0, AMOUNT_WHOLE_BALANCE, 2 ** 35 - 1, 2 ** 35));
    await fc.assert(
      fc.asyncProperty(encoded, async (value) => {
        const amount = BigInt(value % 2 ** 35) * 10n ** BigInt(Math.floor(value / 2 ** 35));
        const output = await runGadget("float40", { amount: float40Witness(value) });
        expect(output).toEqual([amount, BigInt(value)]);
      }),
      RUNS,
    );
    await fc.assert(
      fc.asyncProperty(uint(16).map(Number), async (value) => {
        const output = await runGadget("float16", { fee: float16Witness(value) });
        expect(output).toEqual([decodeFloat16(value as Float16), BigInt(value)]);
      }),
      RUNS,
    );
  });

  it("refuse a mantissa of more bits", async () => {
    const amount = { ...float40Witness(0), mantissa: 2n ** 35n };
    expect(await gadgetRefusal("float40", { amount })).toBe("float.nr: self.mantissa.assert_max_bit_size");
    const fee = { ...float16Witness(0), mantissa: 2n ** 11n };
    expect(await gadgetRefusal("float16", { fee })).toBe("float.nr: self.mantissa.assert_max_bit_size");
  });
});

describe("schnorr", () => {
  it("accepts what the twin signs and refuses the same for another message", async () => {
    await fc.assert(
      fc.asyncProperty(positive(250), field, field, async (secret, m, other) => {
        const key = publicKeyFromSecret(secretKey(secret));
        const signature = sign(m, secretKey(secret));
        const witness = signatureWitness(m, signature, key, compress);
        expect(findSigningPoint(m, signature, key)?.y).toBe(witness.keyY);
        expect(await gadgetRefusal("schnorr", { m, key, signature: witness })).toBeNull();
        fc.pre(other !== m);
        const refusal = await gadgetRefusal("schnorr", { m: other, key, signature: witness });
        expect(refusal).toBe("signature: equation does not hold");
      }),
      { numRuns: 8 },
    );
  });
});

describe("tree", () => {
  it("updates a leaf as the working tree does", async () => {
    const leaves = fc.uniqueArray(fc.tuple(index, field), { selector: ([at]) => at, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(leaves, index, field, async (others, at, after) => {
        const base = createSparseState({ accounts: new Map(), nextIndex: 64 }, compress);
        const before = createWorkingTree(base, compress);
        for (const [position, leaf] of others) before.update(position, leaf);
        const proof = before.prove(at);
        const [children, subroots] = [pathOf(before, at), subrootsOf(before)];
        const { rootBefore, rootAfter } = before.update(at, after);
        const output = await runGadget("tree", {
          subroots,
          index: indexWitness(at),
          before: proof.leafHash,
          after,
          children,
        });
        expect(output).toEqual([rootBefore, rootAfter]);
      }),
      { numRuns: 8 },
    );
  });
});
