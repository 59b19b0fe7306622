import { BaseError, decodeAbiParameters, type Hex, hexToBytes, toFunctionSelector } from "viem";
import type { L1Reader } from "./connection.ts";
import { MAX_TOKEN_DECIMALS } from "./token-decimals.ts";

/** What an ERC-20 says about itself. Anyone can deploy one that says anything; null where the answer makes no sense. */
export interface TokenMetadata {
  /** As the contract answers, with any characters: never print it without `describeSymbol`. */
  readonly symbol: string | null;
  readonly decimals: number | null;
}

/** Bounds the computation of the call and, through the price of memory, the size of its answer. */
const CALL_GAS = 500_000n;
/** A longer answer is not a symbol. */
const MAX_ANSWER_BYTES = 4096;
const WORD_BYTES = 32;
const SYMBOL = toFunctionSelector("function symbol()");
const DECIMALS = toFunctionSelector("function decimals()");

/** Failures that say nothing about the token: L1 was not reached, or is too busy. */
const TRANSPORT_ERRORS: ReadonlySet<string> = new Set([
  "HttpRequestError",
  "TimeoutError",
  "WebSocketRequestError",
  "LimitExceededRpcError",
  "ResourceUnavailableRpcError",
]);

/**
 * Symbol and decimals of the ERC-20 at an address; also symbols of type bytes32, as MKR has. Contracts that revert,
 * answer nothing, too much or something else give null. Throws viem's errors when L1 cannot be reached.
 *
 * @example const { symbol, decimals } = await readTokenMetadata(reader, tokenAddress);
 */
export async function readTokenMetadata(
  reader: Pick<L1Reader, "call">,
  address: `0x${string}`,
): Promise<TokenMetadata> {
  const [symbol, decimals] = await Promise.all([ask(reader, address, SYMBOL), ask(reader, address, DECIMALS)]);
  return { symbol: decodeSymbol(symbol), decimals: decodeDecimals(decimals) };
}

async function ask(reader: Pick<L1Reader, "call">, to: `0x${string}`, data: Hex): Promise<Hex> {
  try {
    const answer = await reader.call({ to, data, gas: CALL_GAS });
    return answer.data ?? "0x";
  } catch (error) {
    if (isTransportError(error)) throw error;
    return "0x";
  }
}

function isTransportError(error: unknown): boolean {
  if (!(error instanceof BaseError)) return true;
  return error.walk((inner) => inner instanceof Error && TRANSPORT_ERRORS.has(inner.name)) !== null;
}

function byteLength(answer: Hex): number {
  return (answer.length - 2) / 2;
}

function decodeSymbol(answer: Hex): string | null {
  const length = byteLength(answer);
  if (length > MAX_ANSWER_BYTES) return null;
  if (length === WORD_BYTES) return textOf(hexToBytes(answer));
  try {
    const [text] = decodeAbiParameters([{ type: "bytes" }], answer);
    return textOf(hexToBytes(text));
  } catch {
    return null;
  }
}

/** Zero bytes after the text are padding, as bytes32 symbols have. */
function textOf(bytes: Uint8Array): string | null {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const text = new TextDecoder().decode(bytes.subarray(0, end));
  return text === "" ? null : text;
}

function decodeDecimals(answer: Hex): number | null {
  // Some tokens answer more than one word.
  if (byteLength(answer) < WORD_BYTES || byteLength(answer) > MAX_ANSWER_BYTES) return null;
  const value = BigInt(answer.slice(0, 2 + 2 * WORD_BYTES));
  return value <= MAX_TOKEN_DECIMALS ? Number(value) : null;
}
