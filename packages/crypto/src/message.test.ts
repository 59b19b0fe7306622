import { type Account, EMPTY_ACCOUNT, type MessageWords, tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { accountHash, linkContentHash, messageHash } from "./message.ts";
import { compress } from "./poseidon2.ts";

const account: Account = { owner: 9n, tokenId: tokenId(3), nonce: 5, ownerKey: true, balance: 1000n, key: 17n };

describe("accountHash", () => {
  it("is 0 for the empty account", () => {
    expect(accountHash(EMPTY_ACCOUNT)).toBe(0n);
  });

  it("hashes meta, balance, key and 0", () => {
    const meta = 9n + (3n << 160n) + (5n << 192n) + (1n << 232n);
    expect(accountHash(account)).toBe(compress(meta, 1000n, 17n, 0n));
  });

  it("covers every field", () => {
    const changed: Account[] = [
      account,
      { ...account, owner: 10n },
      { ...account, tokenId: tokenId(4) },
      { ...account, nonce: 6 },
      { ...account, ownerKey: false },
      { ...account, balance: 1001n },
      { ...account, key: 18n },
    ];
    expect(new Set(changed.map((each) => accountHash(each))).size).toBe(changed.length);
  });

  it("refuses a field out of range", () => {
    expect(() => accountHash({ ...account, balance: 1n << 128n })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("messageHash", () => {
  const words: MessageWords = {
    domainAndTag: 1n,
    word1: 2n,
    word2: 3n,
    recipientOrOwner: 4n,
    toKey: 5n,
    linkContent: 6n,
    reference: 7n,
  };

  it("is compress(domain and tag, word 1, word 2, compress(receiver, key, link, reference))", () => {
    expect(messageHash(words)).toBe(compress(1n, 2n, 3n, compress(4n, 5n, 6n, 7n)));
  });

  it("covers every word", () => {
    const names = Object.keys(words) as (keyof MessageWords)[];
    const hashes = names.map((name) => messageHash({ ...words, [name]: 99n }));
    expect(new Set([messageHash(words), ...hashes]).size).toBe(names.length + 1);
  });
});

describe("link content", () => {
  it("is compress of its four words", () => {
    expect(linkContentHash([1n, 2n, 3n, 4n])).toBe(compress(1n, 2n, 3n, 4n));
  });
});
