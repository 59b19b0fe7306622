import { createHash } from "node:crypto";
import { accountHash, compress, linkContentHash, messageHash, txLeafHash, txRoot } from "@cairn/crypto";
import {
  type Account,
  bigintToBytes,
  bytesToBigint,
  type Domain,
  domainToBigint,
  FIELD_MODULUS,
  type L2Transaction,
  linkContentWords,
  messageWords,
  TAG_MESSAGE,
  tokenId,
} from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bigintToWords, bytesToWords, leafWitness } from "../../src/witness-parts.ts";
import { gadgetRefusal, runGadget } from "../support/gadget.ts";
import { arbitraryDomain, arbitraryTransfer, messageInputs } from "../support/message.ts";

const field = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, FIELD_MODULUS - 1n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n, 1n << 128n, (1n << 128n) - 1n, 255n) },
);
const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const account: fc.Arbitrary<Account> = fc.record({
  owner: fc.bigInt(1n, (1n << 160n) - 1n),
  tokenId: uint(32).map((id) => tokenId(Number(id))),
  nonce: uint(40).map(Number),
  ownerKey: fc.boolean(),
  balance: uint(128),
  key: field,
});
const RUNS = { numRuns: 25 };

describe("compress", () => {
  it("equals the TypeScript twin", async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(field, field, field, field), async (words) => {
        expect(await runGadget("compress", { words })).toBe(compress(...words));
      }),
      RUNS,
    );
  });
});

describe("leaf", () => {
  it("equals accountHash", async () => {
    await fc.assert(
      fc.asyncProperty(account, async (leaf) => {
        expect(await runGadget("leaf", { leaf: leafWitness(leaf) })).toEqual([true, accountHash(leaf)]);
      }),
      RUNS,
    );
  });

  it("is 0 and absent when empty", async () => {
    const leaf = { owner: 0n, tokenId: 0n, nonce: 0n, ownerKey: 0n, balance: 0n, key: 0n };
    expect(await runGadget("leaf", { leaf })).toEqual([false, 0n]);
  });

  it("refuses a field one beyond its width", async () => {
    const widths = { owner: 160, tokenId: 32, nonce: 40, ownerKey: 1, balance: 128 };
    const leaf = { owner: 1n, tokenId: 0n, nonce: 0n, ownerKey: 0n, balance: 0n, key: 0n };
    for (const [name, bits] of Object.entries(widths)) {
      const most = { ...leaf, [name]: (1n << BigInt(bits)) - 1n };
      expect(await gadgetRefusal("leaf", { leaf: most })).toBeNull();
      const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const refusal = await gadgetRefusal("leaf", { leaf: { ...leaf, [name]: 1n << BigInt(bits) } });
      expect(refusal).toBe(`leaf.nr: self.${snake}.assert_max_bit_size`);
    }
  });
});

describe("message", () => {
  const inputs = (tx: L2Transaction, site: Domain) => ({
    ...messageInputs(tx, messageWords(tx, site)),
    domain: (TAG_MESSAGE << 224n) + domainToBigint(site),
    timestamp: 0n,
    isSigned: 0n,
  });

  it("equals messageHash and linkContentHash", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTransfer, arbitraryDomain, async (tx, site) => {
        const output = await runGadget("message", inputs(tx, site));
        expect(output).toEqual([messageHash(messageWords(tx, site)), linkContentHash(linkContentWords(tx))]);
      }),
      RUNS,
    );
  });

  it("runs from validFrom to validUntil, both included, and at no other time", async () => {
    const [[tx, site] = []] = fc.sample(fc.tuple(arbitraryTransfer, arbitraryDomain), { numRuns: 1, seed: 5 });
    if (tx === undefined || site === undefined) expect.unreachable();
    const at = (timestamp: number, change: object = {}) =>
      gadgetRefusal("message", {
        ...inputs({ ...tx, validFrom: 1000, validUntil: 2000 }, site),
        timestamp: BigInt(timestamp),
        isSigned: 1n,
        ...change,
      });
    expect(await at(1000)).toBeNull();
    expect(await at(2000)).toBeNull();
    expect(await at(999)).toMatch(/time_since/);
    expect(await at(2001)).toMatch(/time_left/);
    // Of a slot that nobody signed, the times mean nothing.
    expect(await at(999, { isSigned: 0n })).toBeNull();
    expect(await at(1000, { validUntil: 1n << 32n })).toMatch(/valid_until/);
    expect(await at(1000, { terms: { reference: 0n, validFrom: FIELD_MODULUS - 1n } })).toMatch(/valid_from/);
  });
});

describe("tx_root", () => {
  it("equals txRoot", async () => {
    const leaf = fc.tuple(uint(104), uint(160), field, uint(3));
    await fc.assert(
      fc.asyncProperty(fc.array(leaf, { minLength: 16, maxLength: 16 }), async (slots) => {
        expect(await runGadget("tx_root", { slots })).toBe(txRoot(slots.map((words) => txLeafHash(words))));
      }),
      RUNS,
    );
  });
});

describe("sha256", () => {
  const LENGTHS = [0, 13, 14, 15, 16, 29, 30, 31, 32];

  it("equals SHA-256 around the ends of blocks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 128, maxLength: 128 }), async (bytes) => {
        const digests = LENGTHS.map((words) =>
          bytesToWords(
            createHash("sha256")
              .update(bytes.subarray(0, 4 * words))
              .digest(),
          ).map(BigInt),
        );
        expect(await runGadget("sha256", { words: bytesToWords(bytes) })).toEqual(digests);
      }),
      { numRuns: 10 },
    );
  });
});

describe("words", () => {
  it("are the canonical bytes of a field element", async () => {
    await fc.assert(
      fc.asyncProperty(field, field, async (x, y) => {
        const words = bigintToWords(y, 8);
        expect(await runGadget("words", { x, words })).toEqual([bigintToWords(x, 8).map(BigInt), y]);
      }),
      RUNS,
    );
  });

  it("refuses integers from the modulus on", async () => {
    for (const value of [FIELD_MODULUS, FIELD_MODULUS + 1n, (1n << 256n) - 1n, FIELD_MODULUS + (1n << 128n)]) {
      const refusal = await gadgetRefusal("words", { x: 0n, words: bigintToWords(value, 8) });
      expect(refusal).toMatch(/^bytes\.nr: (low|high)_rest\.assert_max_bit_size$/);
    }
    expect(bytesToBigint(bigintToBytes(FIELD_MODULUS - 1n, 32))).toBe(FIELD_MODULUS - 1n);
  });
});
