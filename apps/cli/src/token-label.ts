import { describeSymbol, type SymbolDescription, type TokenMetadata } from "@cairn/l1";
import { ETH_TOKEN_ID } from "@cairn/protocol";
import type { Address } from "viem";
import type { Profile } from "./profile.ts";

/** Source of a token's name: the protocol, the user's profile, its own contract, or none. */
export type TokenSource = "native" | "profile" | "contract" | "unknown";

/** A token of the rollup. */
export interface Token {
  readonly id: number;
  /** Null for ETH, and where no L1 node provides it. */
  readonly address: Address | null;
  /**
   * Unit of its amounts, safe to print. Only ETH and tokens of the profile use their bare symbol; others carry
   * their number, and those that look like ETH or a token of the profile their address too: `ETH?#7 (0x…)`.
   */
  readonly symbol: string;
  /** 0 if unknown: amounts are then in smallest units, and `symbol` says so. */
  readonly decimals: number;
  readonly hasDecimals: boolean;
  readonly source: TokenSource;
  /** The symbol it could be mistaken for; null for none. */
  readonly resembles: string | null;
}

type ProfileToken = Profile["tokens"][number];

/** The native token. */
export const ETH: Token = {
  id: ETH_TOKEN_ID,
  address: null,
  symbol: "ETH",
  decimals: 18,
  hasDecimals: true,
  source: "native",
  resembles: null,
};

/**
 * A token of the profile. Its symbol is reserved for it unless it could be mistaken for ETH or another token of the
 * profile.
 */
export function profileToken(token: ProfileToken, all: readonly ProfileToken[]): Token {
  const { id, address, decimals } = token;
  const others = all.filter((other) => other.id !== id).map(({ symbol }) => symbol);
  const { text, isAltered, resembles } = describeSymbol(token.symbol, others);
  const isPlain = !isAltered && resembles === null;
  const symbol = isPlain ? text : marked(nameOf({ text, isAltered, resembles }), id, address);
  return { id, address, symbol, decimals, hasDecimals: true, source: "profile", resembles };
}

/** A token that anyone may have registered, as its contract describes it. */
export function contractToken(
  id: number,
  address: Address,
  { symbol, decimals }: TokenMetadata,
  reserved: readonly string[],
): Token {
  const described = symbol === null ? null : describeSymbol(symbol, reserved);
  const resembles = described?.resembles ?? null;
  const base = { id, address, resembles, decimals: decimals ?? 0, hasDecimals: decimals !== null };
  if (described === null || described.text === "") return { ...base, ...unnamed(id, address, decimals) };
  const isPlain = !described.isAltered && resembles === null;
  const name = isPlain ? `${described.text}#${id}` : marked(nameOf(described), id, address);
  return { ...base, source: "contract", symbol: decimals === null ? `smallest units of ${name}` : name };
}

/** A token about which nothing is known, and why. */
export function unreadToken(id: number, why: string): Token {
  const symbol = `units of token ${id} (${why})`;
  return { id, address: null, symbol, decimals: 0, hasDecimals: false, source: "unknown", resembles: null };
}

/** A token in the JSON of a result. */
export function tokenToJson({ id, address, symbol, decimals, hasDecimals, source, resembles }: Token): object {
  return { id, address, symbol, decimals: hasDecimals ? decimals : null, source, resembles };
}

function unnamed(id: number, address: Address, decimals: number | null): Pick<Token, "symbol" | "source"> {
  const what = decimals === null ? `units of token ${id}` : `of token ${id}`;
  return { symbol: `${what} (${address})`, source: decimals === null ? "unknown" : "contract" };
}

/** What it calls itself, or what it could be mistaken for if that cannot be printed. */
function nameOf({ text, isAltered, resembles }: SymbolDescription): string {
  return isAltered && resembles !== null ? describeSymbol(resembles, []).text : text;
}

function marked(symbol: string, id: number, address: Address | null): string {
  return `${symbol}?#${id}${address === null ? "" : ` (${address})`}`;
}
