import type { RouteResponse } from "@cairn/rpc";
import type { NodeClient } from "./client.ts";
import { badAnswer } from "./http.ts";
import type { CallOptions } from "./methods.ts";

/** What an owner has in a token, in all accounts together; amounts are decimal digits in the token's smallest unit. */
export type TokenBalance = RouteResponse<"ownerBalances">["balances"][number];

/** Whose accounts to sum up. */
export interface BalancesQuery {
  /** L1 address. */
  readonly owner: string;
  readonly tokenId?: number;
  /** Only accounts with this key, as 32 bytes of hex; zero for those without one. */
  readonly key?: string;
}

/**
 * What an owner has, by token. A node sums up 1,000 accounts an answer; this adds the answers up, at most `maxPages` of
 * them (20 by default), as anyone can open accounts for an owner: `isComplete` is false when there are more. Throws
 * `sdk/bad-answer` for pages that repeat, and as the client's reads do.
 *
 * @example
 * const { balances, isComplete } = await sumBalances(node, { owner });
 */
export async function sumBalances(
  client: Pick<NodeClient, "ownerBalances">,
  query: BalancesQuery,
  { maxPages = 20, ...options }: CallOptions & { readonly maxPages?: number } = {},
): Promise<{ readonly balances: readonly TokenBalance[]; readonly isComplete: boolean }> {
  const sums = new Map<number, TokenBalance>();
  const seen = new Set<string>();
  let cursor: string | null | undefined;
  for (let pages = 0; pages < maxPages && cursor !== null; pages++) {
    const asked = { ...query, ...(cursor === undefined ? {} : { cursor }) };
    const page: RouteResponse<"ownerBalances"> = await client.ownerBalances(asked, options);
    for (const one of page.balances) {
      const sum = sums.get(one.tokenId);
      sums.set(one.tokenId, sum === undefined ? one : addUp(sum, one));
    }
    cursor = page.next;
    if (cursor !== null && seen.has(cursor))
      throw badAnswer("the node repeats a page of balances", { ...query, cursor });
    if (cursor !== null) seen.add(cursor);
  }
  return { balances: [...sums.values()].sort((a, b) => a.tokenId - b.tokenId), isComplete: cursor === null };
}

function addUp(a: TokenBalance, b: TokenBalance): TokenBalance {
  const add = (name: "balance" | "ownerKeyBalance" | "keylessBalance") => String(BigInt(a[name]) + BigInt(b[name]));
  return {
    tokenId: a.tokenId,
    balance: add("balance"),
    ownerKeyBalance: add("ownerKeyBalance"),
    keylessBalance: add("keylessBalance"),
    accounts: a.accounts + b.accounts,
  };
}
