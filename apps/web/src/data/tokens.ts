import type { RouteResponse } from "@cairn/rpc";
import type { TokenLabel } from "../ui/values.tsx";
import { useNode } from "./use-node.ts";

const ETH: TokenLabel = { id: 0, symbol: "ETH", decimals: 18 };
const MOST = 500;

/** How tokens are called and counted, by number; until the node has answered, only ETH is known. */
export function useTokenLabels(): (id: number) => TokenLabel {
  const { data } = useNode<RouteResponse<"tokens">>(["tokens", MOST], [], (node, options) =>
    node.tokens({ limit: MOST }, options),
  );
  return (id) => {
    const token = data?.tokens.find((one) => one.id === id);
    if (token === undefined) return id === 0 ? ETH : { id, symbol: null, decimals: null };
    // What could be taken for another token shows its number too.
    const symbol = token.symbol !== null && token.resembles !== null ? `${token.symbol} (#${id})` : token.symbol;
    return { id, symbol: id === 0 ? "ETH" : symbol, decimals: id === 0 ? 18 : token.decimals };
  };
}
