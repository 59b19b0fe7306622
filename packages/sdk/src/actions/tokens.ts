import { rollupAbi } from "@cairn/contracts";
import {
  describeSymbol,
  MAX_TOKEN_DECIMALS,
  readTokenAddress,
  readTokenMetadata,
  type SymbolDescription,
} from "@cairn/l1";
import { addressProblem, ETH_TOKEN_ID, type TokenId, tokenId } from "@cairn/protocol";
import { type Address, zeroAddress } from "viem";
import { sdkError } from "../errors.ts";
import { assertUnits } from "../units.ts";
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

/**
 * A text such as "1.5" as an amount in the token's smallest unit. Digits and one point only; nothing is rounded. Throws
 * `sdk/bad-amount`.
 *
 * @example parseAmount("1.5", 6) // 1500000n
 */
export function parseAmount(text: string, decimals: number): bigint {
  assertDecimals(decimals);
  if (typeof text !== "string")
    throw sdkError("sdk/bad-amount", `an amount is read from a text, not from ${typeof text}`);
  const [, whole, part = ""] = /^([0-9]{1,78})(?:\.([0-9]{1,78}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) throw sdkError("sdk/bad-amount", `not an amount: ${text.slice(0, 80)}`);
  const digits = part.replace(/0+$/, "");
  if (digits.length > decimals)
    throw sdkError("sdk/bad-amount", `${text.slice(0, 80)} has more than the token's ${decimals} decimals`);
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(digits.padEnd(decimals, "0") || "0");
}

/**
 * An amount in the token's smallest unit as text, exactly. See {@link parseAmount}.
 *
 * @example formatAmount(1_500_000n, 6) // "1.5"
 */
export function formatAmount(amount: bigint, decimals: number): string {
  assertDecimals(decimals);
  assertUnits(amount, "an amount");
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const part = digits.slice(at).replace(/0+$/, "");
  return `${sign}${digits.slice(0, at)}${part === "" ? "" : `.${part}`}`;
}

function assertDecimals(decimals: number): void {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_TOKEN_DECIMALS) return;
  throw sdkError("sdk/bad-amount", `a token has no ${decimals} decimals`);
}

function unknown(ref: TokenRef) {
  return sdkError("sdk/unknown-token", `the rollup has no token ${String(ref).slice(0, 80)}`);
}
