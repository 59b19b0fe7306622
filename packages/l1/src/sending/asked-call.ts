import { type Address, concatHex, type Hex, TransactionNotFoundError } from "viem";
import type { CompleteCall } from "./call.ts";
import { type Fate, findReceipt } from "./follow.ts";
import { findNonceUser } from "./nonce-user.ts";
import type { SendingReader } from "./parties.ts";
import { isSameCall } from "./signed-transaction.ts";

/** A call that a wallet was asked to sign and send. The wallet chooses nonce and fees, and may replace the transaction. */
export interface AskedCall {
  readonly chainId: number;
  readonly from: Address;
  /** With a tag behind its arguments, which no other call has: see {@link tagCalldata}. */
  readonly call: CompleteCall;
  /** L1's head when the wallet was asked. */
  readonly askedAt: { readonly block: number; readonly blockHash: Hex };
  /** The account's nonce then: the transaction has this one or a later one. */
  readonly firstNonce: number;
  /** What the wallet answered; null before. */
  readonly hash: Hex | null;
  /** Nonce of the transaction with that hash; null until L1 has shown it. */
  readonly nonce: number | null;
}

/** What L1 says of an asked call, and its transaction's nonce where it is known now. */
export interface AskedFate {
  readonly fate: Fate;
  readonly nonce: number | null;
}

/** Bytes of a tag. */
export const CALL_TAG_BYTES = 16;

/** Nonces that are looked through for a call whose hash is unknown. */
const MAX_NONCES = 64;

/**
 * Calldata with a tag behind it. Contracts ignore what follows their arguments, so the call does the same, but can be
 * told from every other one, whatever hash and nonce it gets.
 *
 * @example tagCalldata("0x12345678", `0x${"ab".repeat(16)}`)
 */
export function tagCalldata(data: Hex, tag: Hex): Hex {
  return concatHex([data, tag]);
}

/**
 * Looks up on L1 what became of a call that a wallet was asked for: by the hash that it answered, else by the nonces of
 * the account since. Whatever the wallet did to speed it up, the transaction that makes this call counts. Throws what
 * the RPC throws.
 *
 * @example const { fate, nonce } = await fateOfAsked(reader, storedCall);
 */
export async function fateOfAsked(reader: SendingReader, asked: AskedCall): Promise<AskedFate> {
  const { from, askedAt, firstNonce, hash } = asked;
  const shown = hash === null ? null : await findShown(reader, hash);
  const isOurs = shown !== null && isSameCall(asked, shown);
  const nonce = isOurs ? shown.nonce : asked.nonce;
  if (isOurs && shown.isMined) return { fate: await minedAs(reader, shown.hash), nonce };
  if (isOurs) return { fate: { type: "open" }, nonce };
  const used = await reader.getTransactionCount({ address: from, blockTag: "latest" });
  const last = Math.min(used, firstNonce + MAX_NONCES);
  const candidates = nonce === null ? range(firstNonce, last) : range(nonce, Math.min(used, nonce + 1));
  let isClear = nonce !== null || used <= last;
  for (const candidate of candidates) {
    const user = await findNonceUser(reader, from, candidate, askedAt.block);
    if (user === null) isClear = false;
    else if (isSameCall(asked, user)) return { fate: await minedAs(reader, user.hash), nonce: candidate };
    else if (nonce !== null) return { fate: { type: "replaced", by: user }, nonce };
  }
  return { fate: isClear ? { type: "open" } : { type: "unclear" }, nonce };
}

async function minedAs(reader: SendingReader, hash: Hex): Promise<Fate> {
  const receipt = await findReceipt(reader, hash);
  return receipt === null ? { type: "unclear" } : { type: "mined", receipt };
}

async function findShown(reader: SendingReader, hash: Hex) {
  try {
    const { from, to, input, value, nonce, blockNumber, ...shown } = await reader.getTransaction({ hash });
    const isAsked = shown.hash.toLowerCase() === hash.toLowerCase();
    return isAsked ? { hash, from, to, input, value, nonce, isMined: blockNumber !== null } : null;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return null;
    throw error;
  }
}

function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
}
