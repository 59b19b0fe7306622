import { payArguments, rollupAbi, submitBatchArguments, toHeaderStruct } from "@cairn/contracts";
import {
  type BatchHeader,
  type BatchNumber,
  type BlockSize,
  batchNumber,
  bytesToHex,
  CairnError,
  dataHash,
  type Payout,
  type PublicInputFields,
} from "@cairn/protocol";
import { encodeFunctionData, type Hex, isAddressEqual, parseEventLogs, size, type TransactionReceipt } from "viem";
import type { L1Rollup, L1Wallet } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";
import { sendToRollup } from "./sending/send.ts";

/** A proven batch, ready for L1. */
export interface ReadyBatch {
  readonly slots: BlockSize;
  readonly fields: PublicInputFields;
  /** Padded or not. */
  readonly publishedData: Uint8Array;
  readonly proof: Uint8Array;
  /** The batch's whole payout list, in order. */
  readonly payouts: readonly Payout[];
}

/** A batch that L1 accepted. */
export interface SubmittedBatch {
  readonly number: BatchNumber;
  readonly transactionHash: Hex;
  readonly gasUsed: bigint;
  readonly calldataBytes: number;
}

/**
 * Submits a batch and waits for it. Throws `l1/transaction-reverted`, `l1/unknown-event`.
 *
 * @example const { number } = await submitBatch(rollup, wallet, batch);
 */
export async function submitBatch(rollup: L1Rollup, wallet: L1Wallet, batch: ReadyBatch): Promise<SubmittedBatch> {
  const args = submitBatchArguments(headerFields(batch), batch.publishedData, batch.proof);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const receipt = await sendToRollup(rollup, wallet, { name: "submitBatch", data });
  return {
    number: submittedNumber(rollup, receipt),
    transactionHash: receipt.transactionHash,
    gasUsed: receipt.gasUsed,
    calldataBytes: size(data),
  };
}

/**
 * Pays the whole payout list of an accepted batch. Throws `l1/transaction-reverted`.
 *
 * @example await payBatch(rollup, wallet, submitted.number, batch);
 */
export async function payBatch(
  rollup: L1Rollup,
  wallet: L1Wallet,
  number: BatchNumber,
  batch: ReadyBatch,
): Promise<TransactionReceipt> {
  const { slots, payouts, publishedData } = batch;
  const args = payArguments({
    batch: number,
    slots,
    header: toHeaderStruct(headerFields(batch)),
    dataHash: bytesToHex(dataHash(slots, publishedData)),
    payouts,
  });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  return sendToRollup(rollup, wallet, { name: "pay", data });
}

function headerFields({ slots, fields }: ReadyBatch): BatchHeader {
  return { slots, ...fields };
}

function submittedNumber({ address }: L1Rollup, receipt: TransactionReceipt): BatchNumber {
  const own = receipt.logs.filter((log) => isAddressEqual(log.address, address));
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "BatchSubmitted", logs: own });
  if (event === undefined) {
    throw new CairnError<L1ErrorCode>("l1/unknown-event", `no BatchSubmitted in ${receipt.transactionHash}`);
  }
  return batchNumber(Number(event.args.batchNumber));
}
