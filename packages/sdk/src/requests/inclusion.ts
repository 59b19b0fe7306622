import { rollupAbi } from "@cairn/contracts";
import { isCairnError, type L2Transaction } from "@cairn/protocol";
import type { ReceiptJson, TransactionReceipt } from "@cairn/rpc";
import { assertShows, contentOfReceipt, isCommitted, parseReceipt } from "@cairn/verify";
import type { L1Connection } from "../actions/context.ts";
import { apiErrorOf, sdkError } from "../errors.ts";

/** L1 block as of which the contract is asked. */
export type L1BlockTag = "latest" | "finalized";

/** Whether a node has no receipt, because it does not know the transaction or L1 has not accepted its batch. */
export function isNoReceipt(error: unknown): boolean {
  const code = apiErrorOf(error)?.code;
  return code === "not-found" || code === "not-accepted";
}

/**
 * Whether L1 has the batch of a receipt as of a block. Throws `sdk/bad-receipt` when L1
 * has another batch with its number, and what the RPC throws for the latest block.
 *
 * @example await isBatchOnL1(l1, receipt, "finalized")
 */
export async function isBatchOnL1(
  { reader, address }: Pick<L1Connection, "reader" | "address">,
  receipt: TransactionReceipt,
  blockTag: L1BlockTag,
): Promise<boolean> {
  const args = [BigInt(receipt.batchNumber)] as const;
  const contract = { address, abi: rollupAbi, functionName: "batchCommitment", args, blockTag } as const;
  const stored = await reader.readContract(contract);
  return verified(() => isCommitted(stored, receipt));
}

/**
 * A node's receipt of a transaction, checked as far as that goes without L1. Throws `sdk/bad-receipt`.
 */
export function readReceipt(json: ReceiptJson, transaction: L2Transaction): TransactionReceipt {
  return verified(() => {
    const receipt = parseReceipt(json);
    assertShows(contentOfReceipt(receipt).word, transaction);
    return receipt;
  });
}

function verified<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw sdkError("sdk/bad-receipt", cause.message, { cause });
  }
}
