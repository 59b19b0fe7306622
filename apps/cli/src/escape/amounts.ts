import { isCairnError } from "@cairn/protocol";
import { formatAmount } from "../amounts.ts";
import type { Network } from "../network.ts";
import { tokenForShow } from "../tokens.ts";

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

/** Amounts for people: `1.5 ETH, 20 USD`; `nothing` of none. */
export async function formatAmounts(network: Network, amounts: readonly TokenAmount[]): Promise<string> {
  const shown = await Promise.all(
    amounts.map(async ({ tokenId, amount }) => formatAmount(amount, await tokenOrUnits(network, tokenId))),
  );
  return shown.join(", ") || "nothing";
}

/** A token for showing amounts, in smallest units when its contract tells nothing sensible. */
export async function tokenOrUnits(network: Network, tokenId: number) {
  try {
    return await tokenForShow(network, tokenId);
  } catch (error) {
    if (!isCairnError(error, "cli/unknown-token")) throw error;
    return { id: tokenId, address: null, symbol: `units of token ${tokenId}`, decimals: 0 };
  }
}
