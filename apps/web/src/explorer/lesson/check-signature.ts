import { messageHash, verify } from "@cairn/crypto";
import { addressToBigint, bigintToHex, decodeFloat40, encodeFloat40, messageWords } from "@cairn/protocol";
import { signedTransactionFromJson } from "@cairn/rpc";
import type { Example } from "./use-example.ts";

/** What a payment and its signature turn out to be. */
export interface SignatureFindings {
  /** Hash of the payment: its id. */
  readonly hash: string;
  readonly isId: boolean;
  /** Whether the signature is one of the payment under the key. */
  readonly isSigned: boolean;
}

/** Checks a payment, or one of `more` of the token's smallest unit on top, against its id and signature. */
export function checkSignature(
  { id, transaction: json }: Example["transaction"],
  key: string,
  { rollup, chainId, more }: { readonly rollup: string; readonly chainId: number; readonly more: bigint },
): SignatureFindings {
  const { transaction, signature } = signedTransactionFromJson(json);
  const changed = { ...transaction, amount: encodeFloat40(decodeFloat40(transaction.amount) + more) };
  const domain = { chainId: BigInt(chainId), rollup: addressToBigint(rollup as `0x${string}`) };
  const message = messageHash(messageWords(changed, domain));
  const hash = bigintToHex(message, 32);
  return { hash, isId: hash === id, isSigned: verify(message, signature, BigInt(key)) };
}
