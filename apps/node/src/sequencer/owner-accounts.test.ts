import { type Account, type AccountIndex, accountIndex, EMPTY_ACCOUNT, tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { listAccountsOfOwner, MAX_ENTRIES_PER_PAGE, type OwnerQuery } from "./owner-accounts.ts";

const OWNER = 0xabcn;
const [ETH, JUNK] = [tokenId(0), tokenId(9)];
const account = (change: Partial<Account>): Account => ({ ...EMPTY_ACCOUNT, owner: OWNER, tokenId: ETH, ...change });

/** Accounts at 64, 65 …, the last `unsealed` of them in blocks that are not in the state store yet. */
function scene(accounts: readonly Account[], unsealed: number) {
  let looks = 0;
  const [end, storedEnd] = [64 + accounts.length, 64 + accounts.length - unsealed];
  const stored = {
    nextIndex: () => storedEnd,
    *entriesOfOwner(owner: bigint, from = 0) {
      for (let index = Math.max(from, 64); index < storedEnd; index++) {
        looks++;
        const one = accounts[index - 64];
        if (one?.owner === owner) yield { index: accountIndex(index), tokenId: one.tokenId };
      }
    },
  };
  const state = {
    nextIndex: () => end,
    getAccount: (index: AccountIndex) => accounts[index - 64] ?? EMPTY_ACCOUNT,
  };
  return {
    looks: () => looks,
    page: (query: Partial<OwnerQuery>) =>
      listAccountsOfOwner(stored, state, { owner: OWNER, from: 0, limit: 100, ...query }),
  };
}

function all(page: ReturnType<typeof scene>["page"], query: Partial<OwnerQuery>) {
  const [indices, pages]: [number[], number[]] = [[], []];
  for (let from: number | null = 0; from !== null; ) {
    const { accounts, next }: ReturnType<typeof page> = page({ ...query, from });
    indices.push(...accounts.map(({ index }) => index));
    pages.push(accounts.length);
    from = next;
  }
  return { indices, pages };
}

describe("accounts of an owner", () => {
  it("come in pages, including those of blocks that are not stored yet", () => {
    const mixed = [account({}), account({ owner: 1n }), account({}), account({}), account({ owner: 1n }), account({})];
    for (let unsealed = 0; unsealed <= mixed.length; unsealed++) {
      for (const limit of [1, 2, 3, 4, 100]) {
        const { indices, pages } = all(scene(mixed, unsealed).page, { limit });
        expect(indices).toEqual([64, 66, 67, 69]);
        expect(Math.max(...pages)).toBeLessThanOrEqual(limit);
      }
    }
  });

  it("can be filtered by token, key and the owner's authorisation", () => {
    const { page } = scene(
      [account({ key: 5n }), account({ key: 5n, ownerKey: true }), account({}), account({ tokenId: JUNK, key: 5n })],
      1,
    );
    expect(all(page, { tokenId: JUNK }).indices).toEqual([67]);
    expect(all(page, { key: 5n, tokenId: ETH }).indices).toEqual([64, 65]);
    expect(all(page, { key: 0n }).indices).toEqual([66]);
    expect(all(page, { ownerKey: true }).indices).toEqual([65]);
    expect(all(page, { ownerKey: false }).indices).toEqual([64, 66, 67]);
  });

  it("cost one request no more than a page of reads, however many strangers opened", () => {
    const junk = Array.from({ length: 5 * MAX_ENTRIES_PER_PAGE }, () => account({ tokenId: JUNK }));
    const { page, looks } = scene([...junk, account({})], 0);
    const first = page({ tokenId: ETH });
    expect(first).toEqual({ accounts: [], next: 64 + MAX_ENTRIES_PER_PAGE });
    expect(looks()).toBe(MAX_ENTRIES_PER_PAGE + 1);
    expect(all(page, { tokenId: ETH }).indices).toEqual([64 + junk.length]);
  });
});
