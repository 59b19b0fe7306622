import type { RouteResponse } from "@cairn/rpc";
import type { TokenLabel } from "../ui/values.tsx";
import { useNode } from "./use-node.ts";

const ETH: TokenLabel = { id: 0, symbol: "ETH", decimals: 18 };
const PAGE = 100;
/** More are shown by their numbers: everyone can register tokens, and no page may load them without end. */
const MOST = 1000;

type Token = RouteResponse<"token">;

/** How tokens are called and counted, by number; until the node has answered, only ETH is known. */
export function useTokenLabels(): (id: number) => TokenLabel {
  const { data } = useNode(["token labels"], [], async (node, options) => {
    const tokens = new Map<number, Token>();
    for (let cursor: string | null | undefined; cursor !== null && tokens.size < MOST; ) {
      const page: RouteResponse<"tokens"> = await node.tokens({ limit: PAGE, ...(cursor && { cursor }) }, options);
      for (const token of page.tokens) tokens.set(token.id, token);
      cursor = page.next;
    }
    return tokens;
  });
  return (id) => {
    const token = data?.get(id);
    if (token === undefined) return id === 0 ? ETH : { id, symbol: null, decimals: null };
    // What could be taken for another token shows its number too.
    const symbol = token.symbol !== null && token.resembles !== null ? `${token.symbol} (#${id})` : token.symbol;
    return { id, symbol: id === 0 ? "ETH" : symbol, decimals: id === 0 ? 18 : token.decimals };
  };
}
