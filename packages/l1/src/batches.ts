import {
  type ProvenBatch,
  payArguments,
  payGasLimit,
  rollupAbi,
  submitBatchArguments,
  toHeaderStruct,
} from "@cairn/contracts";
import { type BatchHeader, type BatchNumber, batchNumber, bytesToHex, CairnError, type Payout } from "@cairn/protocol";
import { encodeFunctionData, type Hex, isAddressEqual, parseEventLogs, size, type TransactionReceipt } from "viem";
import type { L1Rollup, L1Wallet } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";
import { estimateRollupCall } from "./sending/call.ts";
import { sendToRollup } from "./sending/send.ts";
import { MAX_TRANSACTION_GAS } from "./sending/transaction-gas.ts";

/** An estimate may miss the cost of storing a new time: a fifth on top. */
const GAS_MARGIN = 5n;

/** A batch that L1 accepted. */
export interface SubmittedBatch {
  readonly number: BatchNumber;
  readonly transactionHash: Hex;
  readonly gasUsed: bigint;
  readonly calldataBytes: number;
}

/** What L1 keeps of an accepted batch, and the payouts that it stands for. */
export interface PayableBatch {
  readonly header: BatchHeader;
  /** From its event, 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** The batch's whole payout list, in order. */
  readonly payouts: readonly Payout[];
}

/**
 * Submits a batch whose cells are in calldata and waits for it; the contract pays the payouts at the places `payNow` at once.
 * Throws `l1/transaction-reverted`, `l1/unknown-event`, and as `submitBatchArguments`.
 *
 * @example const { number } = await submitBatch(rollup, wallet, batch);
 */
export async function submitBatch(
  rollup: L1Rollup,
  wallet: L1Wallet,
  batch: ProvenBatch,
  payNow: readonly number[] = [],
): Promise<SubmittedBatch> {
  const args = submitBatchArguments(batch, payNow);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const gas = payNow.length === 0 ? {} : { gas: await gasOfPaying(rollup, wallet, batch, payNow) };
  const receipt = await sendToRollup(rollup, wallet, { name: "submitBatch", data, ...gas });
  return {
    number: submittedNumber(rollup, receipt),
    transactionHash: receipt.transactionHash,
    gasUsed: receipt.gasUsed,
    calldataBytes: size(data),
  };
}

/** A batch is accepted whatever its gas pays, so that an estimate says nothing about the payouts. */
async function gasOfPaying(
  rollup: L1Rollup,
  wallet: L1Wallet,
  batch: ProvenBatch,
  payNow: readonly number[],
): Promise<bigint> {
  const args = submitBatchArguments(batch);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const estimate = await estimateRollupCall(rollup, wallet.account.address, { name: "submitBatch", data });
  const paid = payNow.flatMap((place) => batch.payouts[place] ?? []);
  const gas = estimate + estimate / GAS_MARGIN + BigInt(payGasLimit(paid, batch.payouts.length));
  return gas < MAX_TRANSACTION_GAS ? gas : BigInt(MAX_TRANSACTION_GAS);
}

/**
 * Pays all payouts of an accepted batch that are not settled yet, as far as one transaction has the gas. Throws
 * `l1/transaction-reverted`.
 *
 * @example await payBatch(rollup, wallet, submitted.number, { header, dataCommitment, payouts });
 */
export async function payBatch(
  rollup: L1Rollup,
  wallet: L1Wallet,
  number: BatchNumber,
  { header, dataCommitment, payouts }: PayableBatch,
): Promise<TransactionReceipt> {
  const args = payArguments({
    batch: number,
    header: toHeaderStruct(header),
    dataCommitment: bytesToHex(dataCommitment),
    payouts,
  });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  // Its success needs the gas of one payout only, which is what an estimate finds.
  const gas = BigInt(Math.min(payGasLimit(payouts, payouts.length), MAX_TRANSACTION_GAS));
  return sendToRollup(rollup, wallet, { name: "pay", data, gas });
}

/** Number of the batch that a mined submission became. Throws `l1/unknown-event`. */
export function submittedNumber({ address }: L1Rollup, receipt: TransactionReceipt): BatchNumber {
  const own = receipt.logs.filter((log) => isAddressEqual(log.address, address));
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "BatchSubmitted", logs: own });
  if (event === undefined) {
    throw new CairnError<L1ErrorCode>("l1/unknown-event", `no BatchSubmitted in ${receipt.transactionHash}`);
  }
  return batchNumber(Number(event.args.batchNumber));
}
