import { rollupAbi } from "@cairn/contracts";
import { checkReceipt } from "@cairn/crypto";
import {
  batchCommitment,
  bytesToHex,
  type CairnError,
  decodeSlotWord,
  isCairnError,
  type L2Transaction,
  type SlotWord,
} from "@cairn/protocol";
import { type ReceiptJson, receiptFromJson, type TransactionReceipt } from "@cairn/rpc";
import type { L1Connection } from "../actions/context.ts";
import { sdkError } from "../errors.ts";

/** What a valid receipt shows. */
export interface ShownByReceipt {
  readonly block: number;
  readonly slot: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly word: SlotWord;
}

/** L1 block as of which the contract is asked. */
export type L1BlockTag = "latest" | "finalized";

/**
 * What a receipt shows, if its path leads to its header's blocks root. Whether L1 accepted that header is left to
 * {@link isBatchOnL1}. Throws `sdk/bad-receipt`.
 *
 * @example const { block, slot, word } = contentOfReceipt(receiptFromJson(json));
 */
export function contentOfReceipt({ slot, header, path }: TransactionReceipt): ShownByReceipt {
  return proving(() => {
    const { blockNumber, timestamp, words } = checkReceipt(path, header);
    const found = words?.find((word) => word.slot === slot && !word.isL1Operation);
    if (found === undefined || found.word === 0n)
      throw badReceipt(`slot ${slot} of block ${blockNumber} is no transaction`);
    return { block: Number(blockNumber), slot, timestamp: Number(timestamp), word: decodeSlotWord(found.word) };
  });
}

/**
 * Throws `sdk/bad-receipt` unless a receipt's slot is this transaction, as far as L1 gets it: not its nonce, its times
 * and its reference.
 *
 * @example assertShows(contentOfReceipt(receipt).word, signed.transaction);
 */
export function assertShows(word: SlotWord, transaction: L2Transaction): void {
  const to = (one: SlotWord | L2Transaction) => (one.type === "transfer" ? one.to : null);
  const isSame =
    word.type === transaction.type &&
    word.from === transaction.from &&
    to(word) === to(transaction) &&
    word.amount === transaction.amount &&
    word.fee === transaction.fee;
  if (!isSame) throw badReceipt("it is of another transaction");
}

/**
 * Whether L1 has the batch of a receipt as of a block; null where the RPC cannot tell. Throws `sdk/bad-receipt` when L1
 * has another batch with its number, and what the RPC throws for the latest block.
 *
 * @example await isBatchOnL1(l1, receipt, "finalized")
 */
export async function isBatchOnL1(
  { reader, address }: Pick<L1Connection, "reader" | "address">,
  { batchNumber, header, dataCommitment, payoutsHash }: TransactionReceipt,
  blockTag: L1BlockTag,
): Promise<boolean> {
  const args = [BigInt(batchNumber)] as const;
  const contract = { address, abi: rollupAbi, functionName: "batchCommitment", args, blockTag } as const;
  const onL1 = await reader.readContract(contract);
  if (BigInt(onL1) === 0n) return false;
  if (onL1 === bytesToHex(batchCommitment(header, dataCommitment, payoutsHash))) return true;
  throw badReceipt(`L1 has another batch ${batchNumber}`);
}

/**
 * A node's receipt of a transaction, checked as far as that goes without L1. Throws `sdk/bad-receipt`.
 */
export function readReceipt(json: ReceiptJson, transaction: L2Transaction): TransactionReceipt {
  const receipt = proving(() => receiptFromJson(json));
  assertShows(contentOfReceipt(receipt).word, transaction);
  return receipt;
}

function proving<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!isCairnError(error) || error.code === "sdk/bad-receipt") throw error;
    throw badReceipt(error.message, error);
  }
}

function badReceipt(reason: string, cause?: unknown): CairnError {
  return sdkError("sdk/bad-receipt", `the receipt proves nothing: ${reason}`, { cause });
}
