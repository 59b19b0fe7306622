import { type Compress, messageHash, compress as pureCompress } from "@cairn/crypto";
import { addressToBigint, bigintToHex, isCairnError, type L2Transaction, messageWords } from "@cairn/protocol";
import { ENGLISH, signedTransactionFromJson, signedTransactionSchema } from "@cairn/rpc";
import type { VerifyOptions } from "./account.ts";
import { verifyError } from "./errors.ts";
import type { VerifierL1 } from "./l1.ts";
import type { WantedOnL1 } from "./on-l1.ts";
import { type VerifiedReceipt, verifyReceipt } from "./receipt.ts";

/** What a node says of a transaction; all of it is unknown until it is checked. */
export interface ClaimedTransaction {
  /** The id that was asked for. */
  readonly id: string;
  /** The field `transaction` of the node's answer. */
  readonly transaction: unknown;
  readonly receipt: unknown;
}

/**
 * Checks that a batch on L1 contains the transaction with an id: the id is the hash of what its sender signed, which for
 * this rollup leads to the same id only for the same content, and the receipt shows what was signed. So also the reference
 * is as signed, though L1 does not have it. Throws `verify/other-transaction`, and as `verifyReceipt`.
 *
 * @example
 * const { transaction } = await node.transaction({ id });
 * const { amount, l1: seen } = await verifyTransaction(l1, { id, transaction, receipt: await node.receipt({ id }) });
 */
export async function verifyTransaction(
  l1: VerifierL1,
  { id, transaction, receipt }: ClaimedTransaction,
  wanted: WantedOnL1 = {},
  options: VerifyOptions = {},
): Promise<VerifiedReceipt> {
  const signed = assertId(l1, id, transaction, options.compress ?? pureCompress);
  const verified = await verifyReceipt(l1, receipt, { ...wanted, transaction: signed }, options);
  return { ...verified, checked: ["the id is the hash of what was signed", ...verified.checked] };
}

/** What was signed. */
function assertId(
  { chainId, address }: VerifierL1,
  id: string,
  transaction: unknown,
  compress: Compress,
): L2Transaction {
  const other = (cause?: unknown) =>
    verifyError("verify/other-transaction", `the node answered with another transaction than ${id}`, { cause });
  const parsed = signedTransactionSchema.safeParse(transaction, ENGLISH);
  if (!parsed.success) throw other(parsed.error);
  const domain = { chainId: BigInt(chainId), rollup: addressToBigint(address) };
  try {
    const { transaction: signed } = signedTransactionFromJson(parsed.data);
    const hash = messageHash(messageWords(signed, domain), compress);
    if (bigintToHex(hash, 32) === id.toLowerCase()) return signed;
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw other(cause);
  }
  throw other();
}
