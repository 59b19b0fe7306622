import { payArguments, rollupAbi, submitBatchArguments, toHeaderStruct } from "@cairn/contracts";
import { type ReadyBatch, type SubmittedBatch, sendToRollup, submitBatch } from "@cairn/l1";
import {
  type BatchHeader,
  type BatchNumber,
  type BlockSize,
  bytesToHex,
  dataHash,
  hexToBytes,
  trimPublishedData,
} from "@cairn/protocol";
import { encodeFunctionData, size } from "viem";
import { BASE_GAS, calldataGas, floorGas, zeroByteDiscount } from "../gas/calldata.ts";
import { type SubmissionGas, splitSubmission, traceCall } from "../gas/trace.ts";
import type { BlockKind } from "../workload/content.ts";
import { type L1BenchRollup, startL1BenchRollup } from "../workload/l1-rollup.ts";

/** L1 gas of one submission by part; the parts sum to `gasUsed`. */
export interface BatchGasReport {
  readonly slots: BlockSize;
  readonly kind: BlockKind;
  readonly publishedBytes: number;
  readonly calldataBytes: number;
  /** Of the mined transaction. */
  readonly gasUsed: number;
  readonly base: number;
  /** Calldata at 4 and 16 gas per byte, split by what the bytes are. */
  readonly calldata: { readonly proof: number; readonly data: number; readonly header: number };
  readonly execution: SubmissionGas;
  /**
   * What else the mined transaction used; refunds are negative, and L1's time may differ from the trace's by a second.
   */
  readonly difference: number;
  /** The least that a transaction with this calldata pays (EIP-7623). */
  readonly floor: number;
  /** What the published data would cost more if none of its bytes were zero. */
  readonly dataZeroDiscount: number;
}

/** Gas of paying a batch's payouts out to existing recipients, one transaction per token. */
export interface PayGasReport {
  readonly slots: BlockSize;
  readonly token: "ETH" | "ERC-20";
  readonly payouts: number;
  readonly gasUsed: number;
}

/** L1 gas of batches. */
export interface BatchGas {
  readonly submissions: readonly BatchGasReport[];
  readonly payments: readonly PayGasReport[];
}

/**
 * Submits real batches of each size: an empty block, one of transfers only, a full one. Throws as devnet, prover and L1
 * do.
 */
export async function measureBatchGas(options: {
  readonly sizes: readonly BlockSize[];
  readonly cacheDir: string;
}): Promise<BatchGas> {
  const rollup = await startL1BenchRollup(options);
  const submissions: BatchGasReport[] = [];
  const payments: PayGasReport[] = [];
  try {
    for (const slots of options.sizes) {
      for (const kind of ["empty", "transfers", "full"] as const) {
        const { batch } = await rollup.prove(await rollup.fill(kind, slots));
        const { report, number } = await submitTraced(rollup, kind, batch);
        submissions.push(report);
        if (kind === "full") payments.push(...(await payByToken(rollup, number, batch)));
      }
    }
    return { submissions, payments };
  } finally {
    await rollup.stop();
  }
}

async function submitTraced(
  { devnet, operator }: L1BenchRollup,
  kind: BlockKind,
  batch: ReadyBatch,
): Promise<{ readonly report: BatchGasReport; readonly number: BatchNumber }> {
  const args = submitBatchArguments(headerFields(batch), batch.publishedData, batch.proof);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const { reader, address } = devnet.rollup;
  const steps = await traceCall(reader, { from: operator.account.address, to: address, data });
  const submitted: SubmittedBatch = await submitBatch(devnet.rollup, operator, batch);

  const published = trimPublishedData(batch.publishedData);
  const bytes = hexToBytes(data, size(data));
  const [proofGas, dataGas] = [calldataGas(batch.proof), calldataGas(published)];
  const calldata = { proof: proofGas, data: dataGas, header: calldataGas(bytes) - proofGas - dataGas };
  const execution = splitSubmission(steps);
  const gasUsed = Number(submitted.gasUsed);
  const report = {
    slots: batch.slots,
    kind,
    publishedBytes: published.length,
    calldataBytes: submitted.calldataBytes,
    gasUsed,
    base: BASE_GAS,
    calldata,
    execution,
    difference: gasUsed - BASE_GAS - sumOf(calldata) - sumOf(execution),
    floor: floorGas(bytes),
    dataZeroDiscount: zeroByteDiscount(published),
  };
  return { report, number: submitted.number };
}

/** Forced withdrawals, in ETH, come first in the list of a full block, then withdrawals of the ERC-20. */
async function payByToken(rollup: L1BenchRollup, number: BatchNumber, batch: ReadyBatch): Promise<PayGasReport[]> {
  const { slots, payouts, publishedData } = batch;
  const maxCount = payouts.length / 2;
  const reports: PayGasReport[] = [];
  for (const [position, token] of (["ETH", "ERC-20"] as const).entries()) {
    const args = payArguments({
      batch: number,
      slots,
      header: toHeaderStruct(headerFields(batch)),
      dataHash: bytesToHex(dataHash(slots, publishedData)),
      payouts,
      first: position * maxCount,
      maxCount,
    });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
    const receipt = await sendToRollup(rollup.devnet.rollup, rollup.operator, { name: "pay", data });
    reports.push({ slots, token, payouts: maxCount, gasUsed: Number(receipt.gasUsed) });
  }
  return reports;
}

function headerFields({ slots, fields }: ReadyBatch): BatchHeader {
  return { slots, ...fields };
}

function sumOf(parts: { readonly [part: string]: number }): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}
