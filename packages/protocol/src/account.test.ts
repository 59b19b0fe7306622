import { describe, expect, it } from "vitest";
import { type Account, accountMeta, accountWords, EMPTY_ACCOUNT, isEmptyAccount } from "./account.ts";
import { FIELD_MODULUS } from "./constants.ts";
import { type TokenId, tokenId } from "./ids.ts";

const account: Account = {
  owner: 2n ** 160n - 1n,
  tokenId: tokenId(2 ** 32 - 1),
  nonce: 2 ** 40 - 1,
  ownerKey: true,
  balance: 2n ** 128n - 1n,
  key: FIELD_MODULUS - 1n,
};

describe("meta", () => {
  it("packs owner, token, nonce and flag without overlap", () => {
    expect(accountMeta(account)).toBe(2n ** 233n - 1n);
    expect(accountMeta({ ...account, owner: 0n })).toBe(2n ** 233n - 2n ** 160n);
    expect(accountMeta({ ...account, tokenId: tokenId(0) })).toBe(2n ** 233n - 1n - (2n ** 32n - 1n) * 2n ** 160n);
    expect(accountMeta({ ...account, nonce: 0 })).toBe(2n ** 233n - 1n - (2n ** 40n - 1n) * 2n ** 192n);
    expect(accountMeta({ ...account, ownerKey: false })).toBe(2n ** 232n - 1n);
  });

  it.each([
    ["owner", { owner: 2n ** 160n }],
    ["token", { tokenId: (2 ** 32) as TokenId }],
    ["nonce", { nonce: 2 ** 40 }],
  ])("refuses an %s beyond its width, which would alias", (_, fields) => {
    expect(() => accountMeta({ ...account, ...fields })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("the words of a leaf", () => {
  it("are meta, balance, key and 0", () => {
    expect(accountWords(account)).toEqual([accountMeta(account), account.balance, account.key, 0n]);
  });

  it.each([
    ["a balance of 129 bits", { balance: 2n ** 128n }],
    ["a negative balance", { balance: -1n }],
    ["a key that is not a field element", { key: FIELD_MODULUS }],
  ])("refuse %s", (_, fields) => {
    expect(() => accountWords({ ...account, ...fields })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });
});

describe("the empty account", () => {
  it("is the one without owner", () => {
    expect(isEmptyAccount(EMPTY_ACCOUNT)).toBe(true);
    expect(isEmptyAccount({ ...EMPTY_ACCOUNT, owner: 1n })).toBe(false);
  });
});
