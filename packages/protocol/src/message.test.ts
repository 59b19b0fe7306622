import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELD_MODULUS } from "./constants.ts";
import { float16, float40 } from "./float.ts";
import { accountIndex, tokenId } from "./ids.ts";
import { domainToBigint, encodeLinkOffset, linkContentWords, messageWords } from "./message.ts";
import type { L2Transaction, Transfer } from "./transaction.ts";

const DOMAIN = { chainId: 2n, rollup: 3n };
const transfer: Transfer = {
  type: "transfer",
  from: accountIndex(64),
  to: accountIndex(65),
  nonce: 7,
  tokenId: tokenId(8),
  amount: float40(9),
  fee: float16(10),
  validFrom: 15,
  validUntil: 11,
  reference: 16n,
  toOwner: 12n,
  toKey: 13n,
  link: { offset: -1, content: 14n },
};

/** Reads fields of the given widths from a packed word, first field highest. */
function unpack(word: bigint, ...widths: readonly number[]): bigint[] {
  let rest = word;
  const fields = widths.toReversed().map((width) => {
    const field = BigInt.asUintN(width, rest);
    rest >>= BigInt(width);
    return field;
  });
  expect(rest).toBe(0n);
  return fields.reverse();
}

describe("the signed message", () => {
  it("has one field after the other", () => {
    const words = messageWords(transfer, DOMAIN);
    expect(unpack(words.domainAndTag, 8, 64, 160)).toEqual([1n, 2n, 3n]);
    expect(unpack(words.word1, 8, 24, 24, 40, 32)).toEqual([1n, 64n, 65n, 7n, 8n]);
    expect(unpack(words.word2, 40, 16, 32, 32, 16)).toEqual([9n, 10n, 15n, 11n, 255n]);
    expect(words).toMatchObject({ recipientOrOwner: 12n, toKey: 13n, linkContent: 14n, reference: 16n });
  });

  it("of a transfer to a new account signs 0 as receiver, and the owner and key of the account", () => {
    const words = messageWords({ ...transfer, type: "transferToNew", link: null } as L2Transaction, DOMAIN);
    expect(unpack(words.word1, 8, 24, 24, 40, 32)).toEqual([2n, 64n, 0n, 7n, 8n]);
    expect(unpack(words.word2, 40, 16, 32, 32, 16)[4]).toBe(256n);
    expect(words).toMatchObject({ recipientOrOwner: 12n, toKey: 13n, linkContent: 0n });
  });

  it("of a withdrawal signs 1 as receiver, the recipient, and no key", () => {
    const { to, toOwner, toKey, link, ...common } = transfer;
    const words = messageWords({ ...common, type: "withdraw", recipient: 15n }, DOMAIN);
    expect(unpack(words.word1, 8, 24, 24, 40, 32)).toEqual([3n, 64n, 1n, 7n, 8n]);
    expect(words).toMatchObject({ recipientOrOwner: 15n, toKey: 0n, linkContent: 0n });
  });

  it("differs for transactions that differ in any field", () => {
    const changes: Partial<Transfer>[] = [
      { from: accountIndex(66) },
      { to: accountIndex(66) },
      { nonce: 8 },
      { tokenId: tokenId(9) },
      { amount: float40(10) },
      { fee: float16(11) },
      { validFrom: 16 },
      { validUntil: 12 },
      { reference: 17n },
      { toOwner: 13n },
      { toKey: 14n },
      { link: null },
      { link: { offset: 1, content: 14n } },
      { link: { offset: -1, content: 15n } },
    ];
    const all = [{}, ...changes].map((change) =>
      Object.values(messageWords({ ...transfer, ...change }, DOMAIN)).join(),
    );
    expect(new Set(all).size).toBe(changes.length + 1);
  });

  it("keeps every word a field element", () => {
    const maximal: Transfer = {
      ...transfer,
      from: accountIndex(2 ** 24 - 1),
      nonce: 2 ** 40 - 1,
      amount: float40(2 ** 40 - 1),
      validFrom: 2 ** 32 - 1,
      validUntil: 2 ** 32 - 1,
      reference: 2n ** 248n - 1n,
      link: { offset: 255, content: FIELD_MODULUS - 1n },
    };
    const words = messageWords(maximal, { chainId: 2n ** 64n - 1n, rollup: 2n ** 160n - 1n });
    for (const word of Object.values(words)) expect(word).toBeLessThan(FIELD_MODULUS);
  });

  it.each<[string, Partial<Transfer>]>([
    ["a nonce of 41 bits", { nonce: 2 ** 40 }],
    ["an end of 33 bits", { validUntil: 2 ** 32 }],
    ["a beginning of 33 bits", { validFrom: 2 ** 32 }],
    ["a reference of 249 bits", { reference: 2n ** 248n }],
    ["a negative reference", { reference: -1n }],
    ["an owner of 161 bits", { toOwner: 2n ** 160n }],
    ["a key that is not a field element", { toKey: FIELD_MODULUS }],
    ["a link to itself", { link: { offset: 0, content: 1n } }],
    ["a link content that is not a field element", { link: { offset: 1, content: FIELD_MODULUS } }],
  ])("cannot hold %s", (_, change) => {
    expect(() => messageWords({ ...transfer, ...change }, DOMAIN)).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("link content", () => {
  it("leaves out nonce, times, reference and link, so that both sides can sign in any order", () => {
    const other: Transfer = { ...transfer, nonce: 1, validFrom: 1, validUntil: 2, reference: 3n, link: null };
    expect(linkContentWords(other)).toEqual(linkContentWords(transfer));
    expect(unpack(linkContentWords(transfer)[0], 8, 24, 24, 32, 40, 16)).toEqual([1n, 64n, 65n, 8n, 9n, 10n]);
    expect(linkContentWords(transfer).slice(1)).toEqual([12n, 13n, 3n]);
  });
});

describe("the link offset", () => {
  it("is biased by 256", () => {
    fc.assert(
      fc.property(fc.integer({ min: -255, max: 255 }), (offset) => {
        expect(encodeLinkOffset(offset)).toBe(256 + offset);
      }),
    );
  });

  it.each([256, -256, 0.5])("is not %d", (offset) => {
    expect(() => encodeLinkOffset(offset)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });
});

describe("the domain", () => {
  it("keeps chain id and address apart", () => {
    expect(unpack(domainToBigint({ chainId: 2n ** 64n - 1n, rollup: 1n }), 64, 160)).toEqual([2n ** 64n - 1n, 1n]);
  });

  it.each([
    { chainId: 2n ** 64n, rollup: 0n },
    { chainId: 0n, rollup: 2n ** 160n },
    { chainId: -1n, rollup: 0n },
  ])("has fields of 64 and 160 bits", (domain) => {
    expect(() => domainToBigint(domain)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });
});
