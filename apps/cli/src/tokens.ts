import { rollupAbi } from "@cairn/contracts";
import { readTokenAddress } from "@cairn/l1";
import { ETH_TOKEN_ID, tokenId } from "@cairn/protocol";
import { type Address, isAddress, parseAbi, zeroAddress } from "viem";
import { parseAddress } from "./address.ts";
import { cliError } from "./errors.ts";
import type { Network } from "./network.ts";

/** A token of the rollup. */
export interface Token {
  readonly id: number;
  /** Null for ETH. */
  readonly address: Address | null;
  readonly symbol: string;
  readonly decimals: number;
}

const ETH: Token = { id: ETH_TOKEN_ID, address: null, symbol: "ETH", decimals: 18 };
const metadataAbi = parseAbi(["function symbol() view returns (string)", "function decimals() view returns (uint8)"]);

/**
 * The token that a symbol of the profile, a number or a contract address names. Symbols are never read from L1 to find a
 * token: anybody may register one with the symbol of another. Throws `cli/unknown-token`, and as the network's parts.
 */
export async function findToken(network: Network, text: string): Promise<Token> {
  if (text.toUpperCase() === ETH.symbol) return ETH;
  const known = network.profile?.tokens ?? [];
  const [symbol, other] = known.filter((token) => token.symbol.toLowerCase() === text.toLowerCase());
  if (symbol !== undefined && other === undefined) return symbol;
  if (/^[0-9]{1,10}$/.test(text)) return tokenById(network, Number(text));
  if (isAddress(text, { strict: false })) return tokenByAddress(network, parseAddress(text));
  throw cliError("cli/unknown-token", `no token named ${text}`, {
    details: { known: ["ETH", ...known.map((token) => token.symbol)] },
  });
}

/** The token of a number. Throws `cli/unknown-token`, and as the network's parts. */
export async function tokenById(network: Network, id: number): Promise<Token> {
  if (id === ETH.id) return ETH;
  const known = network.profile?.tokens.find((token) => token.id === id);
  if (known !== undefined) return known;
  if (id >= 2 ** 32) throw unknown(String(id));
  const address = await readTokenAddress(await network.l1(), tokenId(id));
  if (address === zeroAddress) throw unknown(String(id));
  return { id, address, ...(await readMetadata(network, address)) };
}

/** The token of a number for showing amounts: in its smallest units when nothing can be found out about it. */
export async function tokenForShow(network: Network, id: number): Promise<Token> {
  const isKnown = id === ETH.id || network.profile?.tokens.some((token) => token.id === id) === true;
  if (isKnown || network.hasL1()) return tokenById(network, id);
  return { id, address: null, symbol: `units of token ${id}`, decimals: 0 };
}

async function tokenByAddress(network: Network, address: Address): Promise<Token> {
  const { reader, address: rollup } = await network.l1();
  const id = await reader.readContract({ address: rollup, abi: rollupAbi, functionName: "tokenIdOf", args: [address] });
  if (id === 0) throw unknown(address);
  return { id, address, ...(await readMetadata(network, address)) };
}

async function readMetadata(network: Network, address: Address): Promise<Pick<Token, "symbol" | "decimals">> {
  const { reader } = await network.l1();
  const contract = { address, abi: metadataAbi } as const;
  try {
    const [symbol, decimals] = await Promise.all([
      reader.readContract({ ...contract, functionName: "symbol" }),
      reader.readContract({ ...contract, functionName: "decimals" }),
    ]);
    return { symbol: printable(symbol), decimals };
  } catch (cause) {
    throw cliError("cli/unknown-token", `${address} does not tell its symbol and decimals`, { cause });
  }
}

/** A token's symbol is whatever its author wrote: control characters would reach the terminal. */
function printable(symbol: string): string {
  return symbol.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 16);
}

function unknown(what: string) {
  return cliError("cli/unknown-token", `no token ${what} in this rollup`);
}
