import { type Compress, checkReceipt, compress as pureCompress } from "@cairn/crypto";
import {
  decodeFloat16,
  decodeFloat40,
  decodeSlotWord,
  isCairnError,
  type L2Transaction,
  type SlotWord,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { ENGLISH, receiptFromJson, receiptSchema, type TransactionReceipt } from "@cairn/rpc";
import type { VerifyOptions } from "./account.ts";
import { verifyError } from "./errors.ts";
import type { VerifierL1 } from "./l1.ts";
import { findBatchOnL1, type SeenOnL1, type WantedOnL1 } from "./on-l1.ts";

/** What a receipt shows, if its path leads to its header's blocks root. */
export interface ShownByReceipt {
  readonly block: number;
  readonly slot: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly word: SlotWord;
}

/** What a receipt must show. */
export interface WantedReceipt extends WantedOnL1 {
  /** The transaction that was asked for; any by default. */
  readonly transaction?: L2Transaction;
}

/** A transaction that L1 vouches for. */
export interface VerifiedReceipt extends ShownByReceipt {
  /** Number of the batch that contains it. */
  readonly batch: number;
  /** In the token's smallest unit; null for a whole balance, which L1 does not say. */
  readonly amount: bigint | null;
  readonly fee: bigint;
  readonly l1: SeenOnL1;
  /** What was checked, in order. */
  readonly checked: readonly string[];
  /** What a receipt cannot show: an equal transaction would have the same. */
  readonly notShown: readonly string[];
}

/**
 * Checks that a batch on L1 contains a transaction: the path leads from the slot to the blocks root in the batch's header,
 * and the header to what the contract stores (spec 3.9). Throws `verify/bad-receipt`, `verify/other-transaction`, and as
 * `findBatchOnL1`.
 *
 * @example
 * const receipt = await (await fetch(`${node}/v1/transactions/${id}/receipt`)).json();
 * const { word, amount, l1 } = await verifyReceipt(l1, receipt);
 */
export async function verifyReceipt(
  l1: VerifierL1,
  receipt: unknown,
  wanted: WantedReceipt = {},
  { compress = pureCompress }: VerifyOptions = {},
): Promise<VerifiedReceipt> {
  const parsed = parseReceipt(receipt);
  const shown = contentOfReceipt(parsed, compress);
  if (wanted.transaction !== undefined) assertShows(shown.word, wanted.transaction);
  const seen = await findBatchOnL1(l1, parsed, wanted);
  const { amount, fee } = shown.word;
  return {
    ...shown,
    batch: parsed.batchNumber,
    amount: amount === WHOLE_BALANCE ? null : decodeFloat40(amount),
    fee: decodeFloat16(fee),
    l1: seen,
    checked: [
      "the slot's cell and its path lead to the blocks root in the batch's header",
      "header, data commitment and payouts hash are what the contract committed to",
      `the contract had the batch in L1's ${seen.finality} block ${seen.block}`,
    ],
    notShown: ["nonce", "validity", "reference", ...(shown.word.type === "transfer" ? [] : ["recipient"])],
  };
}

/**
 * A receipt of unknown origin as one with numbers; what it says is not checked. Throws `verify/bad-receipt`.
 *
 * @example const receipt = parseReceipt(JSON.parse(text));
 */
export function parseReceipt(receipt: unknown): TransactionReceipt {
  const parsed = receiptSchema.safeParse(receipt, ENGLISH);
  if (parsed.success) return proving(() => receiptFromJson(parsed.data));
  const [issue] = parsed.error.issues;
  throw badReceipt(`${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
}

/**
 * What a receipt shows, if its path leads to its header's blocks root. Whether L1 accepted that header is left to
 * `findBatchOnL1`. Throws `verify/bad-receipt`.
 *
 * @example const { block, slot, word } = contentOfReceipt(parseReceipt(json));
 */
export function contentOfReceipt(
  { slot, header, path }: Pick<TransactionReceipt, "slot" | "header" | "path">,
  compress: Compress = pureCompress,
): ShownByReceipt {
  return proving(() => {
    const { blockNumber, timestamp, words } = checkReceipt(path, header, compress);
    const found = words?.find((word) => word.slot === slot && !word.isL1Operation);
    if (found === undefined || found.word === 0n)
      throw badReceipt(`slot ${slot} of block ${blockNumber} is no transaction`);
    return { block: Number(blockNumber), slot, timestamp: Number(timestamp), word: decodeSlotWord(found.word) };
  });
}

/**
 * Throws `verify/other-transaction` unless a receipt's slot is this transaction, as far as L1 gets it: not its nonce, its
 * times and its reference.
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
  if (!isSame) throw verifyError("verify/other-transaction", "the receipt is of another transaction");
}

function proving<Result>(check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (!isCairnError(error) || error.code.startsWith("verify/")) throw error;
    throw badReceipt(error.message, error);
  }
}

function badReceipt(reason: string, cause?: unknown) {
  return verifyError("verify/bad-receipt", `the receipt proves nothing: ${reason}`, { cause });
}
