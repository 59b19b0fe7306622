import { type Database, listTokens, loadTokens, type StoredToken } from "@cairn/db";
import { describeSymbol } from "@cairn/l1";
import { bigintToAddress, ETH_TOKEN_ID, type TokenId } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { decodeCursor, encodeCursor, pageOf } from "./cursors.ts";
import { found, type Handlers } from "./handlers.ts";

/** Operations about tokens. */
export type TokenRoute = "tokens" | "token";

type Token = RouteResponse<"token">;

/** Tokens as their contracts describe themselves, with a warning where one looks like ETH or a token that pays fees. */
export function createTokenHandlers({ db }: Database, feeTokens: readonly TokenId[]): Handlers<TokenRoute> {
  const show = async (tokens: readonly StoredToken[]): Promise<Token[]> => {
    const trusted = await loadTokens(db, feeTokens);
    return tokens.map((token) => toToken(token, trusted, feeTokens));
  };
  const eth: Token = {
    id: ETH_TOKEN_ID,
    address: null,
    symbol: "ETH",
    isSymbolAltered: false,
    resembles: null,
    decimals: 18,
    paysFees: feeTokens.some((id) => id === ETH_TOKEN_ID),
  };
  return {
    tokens: async ({ query }) => {
      const [from] = decodeCursor("tokens", query.cursor, 1) ?? [];
      const { rows, next } = await pageOf(
        query.limit,
        async (limit) => {
          if (from !== undefined) return show(await listTokens(db, { from: from + 1, limit }));
          return [eth, ...(await show(await listTokens(db, { from: 1, limit: limit - 1 })))];
        },
        (last) => encodeCursor("tokens", [last.id]),
      );
      return { tokens: [...rows], next };
    },
    token: async ({ params }) => {
      if (params.id === ETH_TOKEN_ID) return eth;
      const [token] = await show(await loadTokens(db, [params.id]));
      return found(token, "token");
    },
  };
}

function toToken(
  { id, address, symbol, decimals }: StoredToken,
  trusted: readonly StoredToken[],
  feeTokens: readonly TokenId[],
): Token {
  const others = trusted.filter((other) => other.id !== id).flatMap((other) => other.symbol ?? []);
  const described = symbol === null ? null : describeSymbol(symbol, others);
  return {
    id,
    address: bigintToAddress(address),
    symbol: described?.text ?? null,
    isSymbolAltered: described?.isAltered ?? false,
    resembles: described?.resembles ?? null,
    decimals,
    paysFees: feeTokens.some((other) => other === id),
  };
}
