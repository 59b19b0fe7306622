import { messageHash } from "@cairn/crypto";
import { type Domain, messageWords, type SignedTransaction } from "@cairn/protocol";
import {
  bigintToWord,
  type SignedTransactionJson,
  signedTransactionFromJson,
  signedTransactionToJson,
} from "@cairn/rpc";
import type { Hex } from "viem";
import { sdkError } from "../errors.ts";
import type { L2Document } from "./document.ts";

/** A transaction of a request. */
export interface SentTransaction {
  readonly id: Hex;
  readonly signed: SignedTransaction;
  readonly json: SignedTransactionJson;
  /** Whether the request's account signed it. */
  readonly isOwn: boolean;
}

/** The transactions of a document, with their ids. Throws `sdk/bad-request-json`. */
export function transactionsOf(
  { transactions, own }: Pick<L2Document, "transactions" | "own">,
  domain: Domain,
): SentTransaction[] {
  return transactions.map((json, place) => {
    const signed = signedOf(json);
    return { id: idOf(signed, domain), signed, json: signedTransactionToJson(signed), isOwn: own.includes(place) };
  });
}

/** Id of a transaction: the hash of what is signed. */
export function idOf({ transaction }: Pick<SignedTransaction, "transaction">, domain: Domain): Hex {
  return bigintToWord(messageHash(messageWords(transaction, domain))) as Hex;
}

/** Whether two transactions in JSON are the same, signature included. */
export function isSameJson(a: SignedTransactionJson, b: SignedTransactionJson): boolean {
  const text = (json: SignedTransactionJson) =>
    JSON.stringify(signedTransactionToJson(signedTransactionFromJson(json)));
  return text(a) === text(b);
}

/** Parts of a document that are submitted together: all of a swap or group, else each alone. */
export function groupsOf({ kind }: Pick<L2Document, "kind">, sent: readonly SentTransaction[]): SentTransaction[][] {
  return kind === "swap" || kind === "group" ? [[...sent]] : sent.map((one) => [one]);
}

function signedOf(json: SignedTransactionJson): SignedTransaction {
  try {
    return signedTransactionFromJson(json);
  } catch (cause) {
    throw sdkError("sdk/bad-request-json", "the request holds a malformed transaction", { cause });
  }
}
