import { accountHash, compress, linkContentHash, messageHash } from "@cairn/crypto";
import {
  type Account,
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
import { leafWitness } from "../../src/witness/parts.ts";
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
