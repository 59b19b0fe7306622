import { messageHash, verify } from "@cairn/crypto";
import { addressToBigint, bigintToHex, float40, messageWords } from "@cairn/protocol";
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

/** Checks a payment against its id and signature, or the same one of the next higher amount that can be written. */
export function checkSignature(
  { id, transaction: json }: Example["transaction"],
  key: string,
  { rollup, chainId, isMore }: { readonly rollup: `0x${string}`; readonly chainId: number; readonly isMore: boolean },
): SignatureFindings {
  const { transaction, signature } = signedTransactionFromJson(json);
  const amount = isMore ? float40(transaction.amount + 1) : transaction.amount;
  const domain = { chainId: BigInt(chainId), rollup: addressToBigint(rollup) };
  const message = messageHash(messageWords({ ...transaction, amount }, domain));
  const hash = bigintToHex(message, 32);
  return { hash, isId: hash === id, isSigned: verify(message, signature, BigInt(key)) };
}
