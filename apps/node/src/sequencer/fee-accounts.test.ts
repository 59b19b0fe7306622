import { type Account, type AccountIndex, accountIndex, EMPTY_ACCOUNT, tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { createFeeAccounts } from "./fee-accounts.ts";

const OWNER = 0xfee1n;
const [ETH, USD, GLD, EUR, JUNK] = [tokenId(0), tokenId(1), tokenId(2), tokenId(3), tokenId(9)];
const OWN_KEY = 77n;
const STRANGERS_KEY = 666n;

const account = (change: Partial<Account>): Account => ({
  ...EMPTY_ACCOUNT,
  owner: OWNER,
  tokenId: ETH,
  key: OWN_KEY,
  ownerKey: change.key !== 0n && change.key !== STRANGERS_KEY,
  ...change,
});

/** A stored state with these accounts at 64, 65 …, and how many of them were read. */
function stateOf(accounts: readonly Account[]) {
  let reads = 0;
  return {
    reads: () => reads,
    getAccount: (index: AccountIndex) => {
      reads++;
      return accounts[index - 64] ?? EMPTY_ACCOUNT;
    },
    *entriesOfOwner(owner: bigint) {
      for (const [i, one] of accounts.entries()) {
        if (one.owner === owner) yield { index: accountIndex(64 + i), tokenId: one.tokenId };
      }
    },
  };
}

const updates = (...changed: readonly (readonly [number, Account])[]) =>
  new Map(changed.map(([index, one]) => [accountIndex(index), one]));

describe("fee accounts", () => {
  const takers = { owner: OWNER, tokens: [ETH, USD] };

  it("are not crowded out by junk tokens that a stranger deposits for the owner", () => {
    const junk = [JUNK, 10, 11, 12].map((token) => account({ tokenId: tokenId(token), key: 0n }));
    const fees = createFeeAccounts(stateOf([...junk, account({}), account({ tokenId: USD })]), takers);
    expect(fees.current()).toEqual([68, 69]);
    expect(fees.missing()).toEqual([]);
  });

  it("are not captured by an account that a stranger opened for the owner under a key of the stranger", () => {
    const squatted = account({ key: STRANGERS_KEY });
    const fees = createFeeAccounts(stateOf([squatted]), takers);
    expect(fees.current()).toEqual([]);
    expect(fees.missing()).toEqual([ETH, USD]);
    fees.follow(updates([65, account({ key: STRANGERS_KEY, balance: 10n ** 30n })]));
    expect(fees.current()).toEqual([]);
    fees.follow(updates([66, account({})]));
    expect(fees.current()).toEqual([66]);
  });

  it("are not captured under the owner's own key in another token, nor by an account of another owner", () => {
    const fees = createFeeAccounts(stateOf([account({ tokenId: JUNK }), account({ owner: 5n })]), takers);
    fees.follow(updates([66, account({ owner: 5n })]));
    expect(fees.current()).toEqual([]);
  });

  it("are not moved by a keyless account that a stranger opens, once the owner has authorised a key", () => {
    const fees = createFeeAccounts(stateOf([account({ key: 0n }), account({})]), takers);
    expect(fees.current()).toEqual([65]);
    fees.follow(updates([66, account({ key: 0n })]));
    expect(fees.current()).toEqual([65]);
  });

  it("may be keyless: only the owner can use them, from L1", () => {
    const fees = createFeeAccounts(stateOf([account({ key: 0n }), account({ key: 0n })]), takers);
    expect(fees.current()).toEqual([64]);
  });

  it("are the first of several with an authorised key, in the order of the tokens", () => {
    const accounts = [account({ tokenId: USD }), account({}), account({ key: 78n }), account({ tokenId: USD })];
    const fees = createFeeAccounts(stateOf(accounts), takers);
    expect(fees.current()).toEqual([65, 64]);
    expect(createFeeAccounts(stateOf(accounts), { owner: OWNER, tokens: [USD, ETH] }).current()).toEqual([64, 65]);
  });

  it("follow keys that the owner sets and removes, whatever the balances", () => {
    const fees = createFeeAccounts(stateOf([account({ key: 0n }), account({})]), takers);
    fees.follow(updates([64, account({ key: 78n })]));
    expect(fees.current()).toEqual([64]);
    fees.follow(updates([64, account({ key: 0n })], [65, account({ balance: 0n })]));
    expect(fees.current()).toEqual([65]);
    fees.follow(updates([65, account({ key: 0n })]));
    expect(fees.current()).toEqual([64]);
  });

  it("read a list that a stranger made long only once, and only accounts in fee tokens", () => {
    const state = stateOf([...Array.from({ length: 5000 }, () => account({ tokenId: JUNK, key: 0n })), account({})]);
    const fees = createFeeAccounts(state, takers);
    for (let block = 0; block < 1000; block++) {
      fees.follow(updates([5064, account({ balance: BigInt(block) })]));
      expect(fees.current()).toEqual([5064]);
    }
    expect(state.reads()).toBe(1);
  });

  it("of more tokens than a block has fee credits, or of one token twice, are refused", () => {
    for (const tokens of [
      [ETH, USD, GLD, EUR, JUNK],
      [ETH, ETH],
    ]) {
      expect(() => createFeeAccounts(stateOf([]), { owner: OWNER, tokens })).toThrow(
        expect.objectContaining({ code: "node/bad-config" }),
      );
    }
    expect(createFeeAccounts(stateOf([account({})]), null).current()).toEqual([]);
  });
});
