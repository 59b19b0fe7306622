import type { Network } from "../network.ts";
import { formatIn, tokensForShow } from "../tokens.ts";

/** Amounts of several tokens. */
export interface TokenAmount {
  readonly tokenId: number;
  readonly amount: bigint;
}

/** The sum of each token, in the order of their numbers. */
export function sumByToken(amounts: readonly TokenAmount[]): TokenAmount[] {
  const sums = new Map<number, bigint>();
  for (const { tokenId, amount } of amounts) sums.set(tokenId, (sums.get(tokenId) ?? 0n) + amount);
  return [...sums].sort(([a], [b]) => a - b).map(([tokenId, amount]) => ({ tokenId, amount }));
}

/** Amounts as text: `1.5 ETH, 20 USD`; `nothing` if there are none. */
export async function formatAmounts(network: Network, amounts: readonly TokenAmount[]): Promise<string> {
  const tokens = await tokensForShow(
    network,
    amounts.map(({ tokenId }) => tokenId),
  );
  return amounts.map(({ tokenId, amount }) => formatIn(tokens, tokenId, amount)).join(", ") || "nothing";
}
