import { rollupAbi } from "@cairn/contracts";
import { isCairnError, type L2Transaction } from "@cairn/protocol";
import type { ReceiptJson, TransactionReceipt } from "@cairn/rpc";
import { assertShows, contentOfReceipt, isCommitted, parseReceipt } from "@cairn/verify";
import type { Hex } from "viem";
import type { L1Connection } from "../actions/context.ts";
import { apiErrorOf, sdkError } from "../errors.ts";

/** L1 block as of which the contract is asked. */
export type L1BlockTag = "latest" | "finalized";

/** Whether a node has no receipt, because it does not know the transaction or L1 has not accepted its batch. */
export function isNoReceipt(error: unknown): boolean {
  const code = apiErrorOf(error)?.code;
  return code === "not-found" || code === "not-accepted";
}

/** L1 as one look sees it: what it has of a batch is asked for once, for all transactions of the batch. */
export interface L1Look extends L1Connection {
  readonly commitmentOf: (batch: number, blockTag: L1BlockTag) => Promise<Hex>;
}

/** A look at L1. What it has seen gets old: take a new one for each question of a caller. */
export function lookAtL1(l1: L1Connection): L1Look {
  const known = new Map<string, Promise<Hex>>();
  const read = (batch: number, blockTag: L1BlockTag): Promise<Hex> => {
    const { reader, address } = l1;
    const contract = { address, abi: rollupAbi, functionName: "batchCommitment", blockTag } as const;
    return reader.readContract({ ...contract, args: [BigInt(batch)] });
  };
  return {
    ...l1,
    commitmentOf: (batch, blockTag) => {
      const name = `${batch} ${blockTag}`;
      const asked = known.get(name) ?? read(batch, blockTag);
      known.set(name, asked);
      // A failure is not kept: who asks again may get an answer.
      asked.catch(() => known.delete(name));
      return asked;
    },
  };
}

/**
 * Whether L1 has the batch of a receipt as of a block. Throws `sdk/bad-receipt` when L1
 * has another batch with its number, and what the RPC throws for the latest block.
 *
 * @example await isBatchOnL1(lookAtL1(l1), receipt, "finalized")
 */
export async function isBatchOnL1(
  { commitmentOf }: Pick<L1Look, "commitmentOf">,
  receipt: TransactionReceipt,
  blockTag: L1BlockTag,
): Promise<boolean> {
  const stored = await commitmentOf(receipt.batchNumber, blockTag);
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
