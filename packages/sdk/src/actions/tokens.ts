import { rollupAbi } from "@cairn/contracts";
import { describeSymbol, readTokenAddress, readTokenMetadata, type SymbolDescription } from "@cairn/l1";
import { addressProblem, ETH_TOKEN_ID, type TokenId, tokenId } from "@cairn/protocol";
import { type Address, zeroAddress } from "viem";
import { sdkError } from "../errors.ts";
import type { CairnClient, L1Connection } from "./context.ts";

/** A token by its number in the rollup, its contract's address, or "ETH". Never by symbol: anyone can use any. */
export type TokenRef = number | string;

/** A token of a rollup. */
export interface Token {
  readonly id: TokenId;
  /** Null for ETH. */
  readonly address: Address | null;
}

/** What a token says about itself: anyone can register one that says anything. */
export interface DescribedToken extends Token {
  readonly decimals: number | null;
  /** Safe to show, with a warning when it could be taken for another; null when it says none. */
  readonly symbol: SymbolDescription | null;
}

/**
 * The token that a reference names. Throws `sdk/unknown-token`, and what the RPC throws.
 *
 * @example const { id } = await findToken(client, "0xdAC17F958D2ee523a2206206994597C13D831ec7");
 */
export async function findToken(client: CairnClient, ref: TokenRef): Promise<Token> {
  return resolveToken(await client.cairn.l1(), ref);
}

/**
 * A token with its decimals and its symbol, which is untrusted text: `symbol.text` is safe to show, `symbol.resembles`
 * names what it could be taken for, among ETH and the symbols that the application knows. Throws as {@link findToken}.
 *
 * @example const { decimals, symbol } = await describeToken(client, 3, { known: ["USDC"] });
 */
export async function describeToken(
  client: CairnClient,
  ref: TokenRef,
  { known = [] }: { readonly known?: readonly string[] } = {},
): Promise<DescribedToken> {
  const l1 = await client.cairn.l1();
  const token = await resolveToken(l1, ref);
  if (token.address === null) return { ...token, decimals: 18, symbol: describeSymbol("ETH", []) };
  const { symbol, decimals } = await readTokenMetadata(l1.reader, token.address);
  return { ...token, decimals, symbol: symbol === null ? null : describeSymbol(symbol, known) };
}

/** See {@link findToken}. */
export async function resolveToken(l1: L1Connection, ref: TokenRef): Promise<Token> {
  if (ref === "ETH" || ref === ETH_TOKEN_ID) return { id: tokenId(ETH_TOKEN_ID), address: null };
  if (typeof ref === "number") {
    if (!Number.isInteger(ref) || ref < 0 || ref >= 2 ** 32) throw unknown(ref);
    const address = await readTokenAddress(l1, tokenId(ref));
    if (address === zeroAddress) throw unknown(ref);
    return { id: tokenId(ref), address };
  }
  if (addressProblem(ref) !== null) throw unknown(ref);
  const address = ref as Address;
  const contract = { address: l1.address, abi: rollupAbi } as const;
  const id = await l1.reader.readContract({ ...contract, functionName: "tokenIdOf", args: [address] });
  if (id === 0) throw unknown(ref);
  return { id: tokenId(id), address };
}

function unknown(ref: TokenRef) {
  return sdkError("sdk/unknown-token", `the rollup has no token ${String(ref).slice(0, 80)}`);
}
