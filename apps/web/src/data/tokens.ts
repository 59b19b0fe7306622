import type { RouteResponse } from "@cairn/rpc";
import { useContext, useSyncExternalStore } from "react";
import type { TokenLabel } from "../ui/values.tsx";
import { TokenSourceContext } from "./token-source.ts";
import { useNode } from "./use-node.ts";

const ETH: TokenLabel = { id: 0, symbol: "ETH", decimals: 18 };
const PAGE = 100;
/** More are shown by their numbers: everyone can register tokens, and no page may load them without end. */
const MOST = 1000;

type Token = RouteResponse<"token">;

/**
 * How tokens are called and counted, by number, as the node says; where something is paid, as L1 says: with other decimals
 * than its own, a token's amounts would be others. What is not known yet has no decimals.
 */
export function useTokenLabels(): (id: number) => TokenLabel {
  const { data } = useTokens();
  const source = useContext(TokenSourceContext);
  useSyncExternalStore(source?.onChange ?? never, source?.version ?? zero);
  return (id) => {
    if (id === 0) return ETH;
    const said = data?.get(id);
    const label = said === undefined ? null : labelOf(said);
    if (source === null) return label ?? { id, symbol: null, decimals: null };
    return source.labelOf(id) ?? { id, symbol: label?.symbol ?? null, decimals: null };
  };
}

/** The tokens that the node knows by the names that it says, ETH first; until it has answered, ETH alone. */
export function useTokenNames(): readonly TokenLabel[] {
  const { data } = useTokens();
  const others = [...(data?.values() ?? [])].filter(({ id }) => id !== 0).sort((a, b) => a.id - b.id);
  return [ETH, ...others.map(labelOf)];
}

function useTokens() {
  return useNode(["token labels"], [], async (node, options) => {
    const tokens = new Map<number, Token>();
    for (let cursor: string | null | undefined; cursor !== null && tokens.size < MOST; ) {
      const page: RouteResponse<"tokens"> = await node.tokens({ limit: PAGE, ...(cursor && { cursor }) }, options);
      for (const token of page.tokens) tokens.set(token.id, token);
      cursor = page.next;
    }
    return tokens;
  });
}

/** What could be taken for another token shows its number, too. */
function labelOf({ id, symbol, resembles, decimals }: Token): TokenLabel {
  return { id, symbol: symbol !== null && resembles !== null ? `${symbol} (#${id})` : symbol, decimals };
}

function never(): () => void {
  return () => undefined;
}

function zero(): number {
  return 0;
}
