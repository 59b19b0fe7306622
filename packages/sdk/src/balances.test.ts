import type { RouteResponse } from "@cairn/rpc";
import { expect, it } from "vitest";
import { sumBalances, type TokenBalance } from "./balances.ts";

const OWNER = `0x${"ab".repeat(20)}`;
const sum = (tokenId: number, balance: bigint, accounts = 1): TokenBalance => ({
  tokenId,
  balance: String(balance),
  ownerKeyBalance: String(balance - 1n),
  keylessBalance: "1",
  accounts,
});

/** A node that sums up part of the accounts on each page. */
function nodeOf(pages: readonly (readonly TokenBalance[])[], nextOf = (at: number) => `page${at}`) {
  const asked: unknown[] = [];
  return {
    asked,
    client: {
      ownerBalances: async (query: object): Promise<RouteResponse<"ownerBalances">> => {
        const at = asked.push(query) - 1;
        return { balances: [...(pages[at] ?? [])], block: 1, next: at + 1 < pages.length ? nextOf(at + 1) : null };
      },
    },
  };
}

it("adds up what a node sums up page by page, without rounding", async () => {
  const large = 2n ** 80n;
  const { client, asked } = nodeOf([[sum(7, large, 1000)], [], [sum(0, 5n), sum(7, large + 1n, 2)]]);
  expect(await sumBalances(client, { owner: OWNER, tokenId: 7 })).toEqual({
    balances: [
      sum(0, 5n),
      {
        tokenId: 7,
        balance: String(2n * large + 1n),
        ownerKeyBalance: String(2n * large - 1n),
        keylessBalance: "2",
        accounts: 1002,
      },
    ],
    isComplete: true,
  });
  const query = { owner: OWNER, tokenId: 7 };
  expect(asked).toEqual([query, { ...query, cursor: "page1" }, { ...query, cursor: "page2" }]);
});

it("stops where strangers opened accounts without end, and says so", async () => {
  const pages = Array.from({ length: 30 }, () => [sum(0, 1n)]);
  for (const [maxPages, options] of [
    [20, {}],
    [3, { maxPages: 3 }],
  ] as const) {
    const { client, asked } = nodeOf(pages);
    const { balances, isComplete } = await sumBalances(client, { owner: OWNER }, options);
    expect([balances[0]?.accounts, isComplete, asked.length]).toEqual([maxPages, false, maxPages]);
  }
});

it("refuses a node that repeats a page", async () => {
  const { client } = nodeOf([[sum(0, 1n)], [sum(0, 1n)], [sum(0, 1n)]], () => "same");
  await expect(sumBalances(client, { owner: OWNER })).rejects.toMatchObject({ code: "sdk/bad-answer" });
});
