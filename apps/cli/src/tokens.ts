import { rollupAbi } from "@cairn/contracts";
import { describeSymbol, readTokenAddress, readTokenMetadata, symbolSkeleton } from "@cairn/l1";
import { tokenId } from "@cairn/protocol";
import { type Address, zeroAddress } from "viem";
import { parseAddress } from "./address.ts";
import { formatAmount } from "./amounts.ts";
import { cliError } from "./errors.ts";
import { l1Failure } from "./l1/errors.ts";
import type { Network } from "./network.ts";
import { visible } from "./printable.ts";
import { contractToken, ETH, profileToken, type Token, tokenToJson, unreadToken } from "./token-label.ts";

export type { Token } from "./token-label.ts";

const MAX_TOKEN_ID = 2 ** 32 - 1;
/** Strangers can deposit any number of tokens for someone: one command queries at most this many contracts. */
const MAX_TOKENS_READ = 64;
const READS_AT_A_TIME = 8;

/**
 * The token that a number, a contract address, `ETH`, or a symbol of the profile names. Symbols are never read from L1
 * to find a token: anyone can register one with the symbol of another. Throws `cli/unknown-token`,
 * `cli/ambiguous-token`, and as the network's parts.
 */
export async function findToken(network: Network, text: string): Promise<Token> {
  const [, number] = /^(?:[^#]*#)?([0-9]{1,10})$/.exec(text) ?? [];
  if (number !== undefined) {
    const token = await tokenById(network, Number(number));
    if (text === number || token.symbol.split(" ")[0] === text) return token;
    throw cliError("cli/unknown-token", `token ${number} is not called ${text}, but ${token.symbol}`);
  }
  if (/^0x/i.test(text)) return tokenByAddress(network, parseAddress(text));
  return bySymbol(network, text);
}

/** The token with a number. Throws `cli/unknown-token`, and as the network's parts. */
export async function tokenById(network: Network, id: number): Promise<Token> {
  const known = knownToken(network, id);
  if (known !== null) return known;
  if (id > MAX_TOKEN_ID) throw unknown(String(id));
  const rollup = await network.l1();
  const address = await readTokenAddress(rollup, tokenId(id));
  if (address === zeroAddress) throw unknown(String(id));
  return contractToken(id, address, await readTokenMetadata(rollup.reader, address), reservedSymbols(network));
}

/** What is known about tokens with these numbers, to show amounts: an unreadable one does not break the list. */
export async function tokensForShow(network: Network, ids: Iterable<number>): Promise<ReadonlyMap<number, Token>> {
  const tokens = new Map<number, Token>();
  const unread: number[] = [];
  for (const id of new Set(ids)) {
    const known = knownToken(network, id);
    if (known !== null) tokens.set(id, known);
    else if (!network.hasL1()) tokens.set(id, unreadToken(id, "no L1 node is named"));
    else if (unread.length < MAX_TOKENS_READ) unread.push(id);
    else tokens.set(id, unreadToken(id, "not looked up: too many tokens"));
  }
  while (unread.length > 0) {
    const some = unread.splice(0, READS_AT_A_TIME);
    for (const token of await Promise.all(some.map((id) => readForShow(network, id)))) tokens.set(token.id, token);
  }
  return tokens;
}

/** Like {@link tokensForShow}, for one token. */
export async function tokenForShow(network: Network, id: number): Promise<Token> {
  const tokens = await tokensForShow(network, [id]);
  return tokens.get(id) ?? unreadToken(id, "not looked up");
}

/** An amount as text, in a token of {@link tokensForShow}. */
export function formatIn(tokens: ReadonlyMap<number, Token>, id: number, amount: bigint | string): string {
  return formatAmount(amount, tokens.get(id) ?? unreadToken(id, "not looked up"));
}

async function readForShow(network: Network, id: number): Promise<Token> {
  try {
    return await tokenById(network, id);
  } catch (error) {
    const failure = l1Failure(error) ?? error;
    const code = failure instanceof Error && "code" in failure ? String(failure.code) : null;
    if (code === "cli/unknown-token") return unreadToken(id, "L1 knows no such token");
    if (code?.startsWith("cli/") === true) return unreadToken(id, "L1 could not be queried");
    throw error;
  }
}

/** ETH or a token of the profile. */
function knownToken({ profile }: Network, id: number): Token | null {
  if (id === ETH.id) return ETH;
  const all = profile?.tokens ?? [];
  const known = all.find((token) => token.id === id);
  return known === undefined ? null : profileToken(known, all);
}

function reservedSymbols({ profile }: Network): string[] {
  return (profile?.tokens ?? []).map(({ symbol }) => symbol);
}

function bySymbol({ profile }: Network, text: string): Token {
  if (text.toUpperCase() === ETH.symbol) return ETH;
  const all = profile?.tokens ?? [];
  const skeleton = symbolSkeleton(text);
  const alike = skeleton === "" ? [] : all.filter(({ symbol }) => symbolSkeleton(symbol) === skeleton);
  const candidates = alike.map((one) => profileToken(one, all));
  if (describeSymbol(text, []).resembles === ETH.symbol) candidates.unshift(ETH);
  const [found, other] = candidates;
  const shown = visible(text);
  if (other !== undefined) {
    const list = candidates.map(({ id, address }) => (address === null ? `token ${id}` : `token ${id} (${address})`));
    throw cliError("cli/ambiguous-token", `${shown} may mean ${list.join(" or ")}`, {
      details: { candidates: candidates.map(tokenToJson) },
    });
  }
  if (found !== undefined && alike[0]?.symbol.toLowerCase() === text.toLowerCase()) return found;
  const meant = found === undefined ? "" : `; it looks like ${found.symbol}, which is token ${found.id}`;
  throw cliError("cli/unknown-token", `no token named ${shown}${meant}`, {
    details: { known: [ETH.symbol, ...all.map((one) => profileToken(one, all).symbol)] },
  });
}

async function tokenByAddress(network: Network, address: Address): Promise<Token> {
  const { reader, address: rollup } = await network.l1();
  const id = await reader.readContract({
    address: rollup,
    abi: rollupAbi,
    functionName: "tokenIdOf",
    args: [address],
  });
  if (id === 0) throw unknown(address);
  const known = knownToken(network, id);
  if (known !== null && known.address !== null && known.address.toLowerCase() !== address.toLowerCase()) {
    throw cliError(
      "cli/wrong-chain",
      `L1 says that ${address} is token ${id}, but the profile says it is ${known.address}`,
    );
  }
  return known ?? contractToken(id, address, await readTokenMetadata(reader, address), reservedSymbols(network));
}

function unknown(what: string) {
  return cliError("cli/unknown-token", `no token ${what} in this rollup`);
}
