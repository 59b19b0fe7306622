import {
  type ProvenBatch,
  payArguments,
  payGasLimit,
  rollupAbi,
  submitBatchArguments,
  toHeaderStruct,
} from "@cairn/contracts";
import { sendToRollup, submitBatch } from "@cairn/l1";
import {
  type BatchNumber,
  bytesToHex,
  CairnError,
  calldataCommitment,
  concatBytes,
  hexToBytes,
  type SoloSize,
} from "@cairn/protocol";
import { encodeFunctionData, parseEventLogs, size } from "viem";
import type { BenchErrorCode } from "../errors.ts";
import { BASE_GAS, calldataGas, floorGas, zeroByteDiscount } from "../gas/calldata.ts";
import { type SubmissionGas, splitSubmission, traceCall } from "../gas/trace.ts";
import type { BlockKind } from "../workload/content.ts";
import { type L1BenchRollup, startL1BenchRollup } from "../workload/l1-rollup.ts";

/** L1 gas of one submission by part; the parts sum to `gasUsed`. */
export interface BatchGasReport {
  readonly slots: SoloSize;
  readonly kind: BlockKind;
  readonly publishedBytes: number;
  readonly calldataBytes: number;
  /** Of the mined transaction. */
  readonly gasUsed: number;
  readonly base: number;
  /** Calldata at 4 and 16 gas per byte, split by what the bytes are. */
  readonly calldata: {
    readonly proof: number;
    readonly data: number;
    /** Queue records and payouts. */
    readonly lists: number;
    /** With the encoding of the arguments. */
    readonly header: number;
  };
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
  readonly slots: SoloSize;
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
  readonly sizes: readonly SoloSize[];
  readonly cacheDir: string;
}): Promise<BatchGas> {
  const rollup = await startL1BenchRollup(options);
  const submissions: BatchGasReport[] = [];
  const payments: PayGasReport[] = [];
  try {
    for (const slots of options.sizes) {
      for (const kind of ["empty", "transfers", "full"] as const) {
        const { batch } = await rollup.prove(await rollup.fill(kind, slots));
        const { report, number } = await submitTraced(rollup, kind, slots, batch);
        submissions.push(report);
        if (kind === "full") payments.push(...(await payByToken(rollup, slots, number, batch)));
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
  slots: SoloSize,
  batch: ProvenBatch,
): Promise<{ readonly report: BatchGasReport; readonly number: BatchNumber }> {
  const args = submitBatchArguments(batch);
  const call = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const { reader, address } = devnet.rollup;
  const verifier = devnet.verifiers.get(batch.header.circuit);
  if (verifier === undefined) throw new TypeError(`no verifier of ${batch.header.circuit}`);
  const contracts = { verifier, policy: devnet.policy, submitter: operator.account.address };
  const trace = await traceCall(reader, { from: operator.account.address, to: address, data: call });
  const submitted = await submitBatch(devnet.rollup, operator, batch);

  const bytes = hexToBytes(call, size(call));
  const [, records, payouts] = args;
  const lists = concatBytes(hexToBytes(records), hexToBytes(payouts));
  const [proofGas, dataGas, listsGas] = [batch.proof, batch.data, lists].map(calldataGas) as [number, number, number];
  const header = calldataGas(bytes) - proofGas - dataGas - listsGas;
  const calldata = { proof: proofGas, data: dataGas, lists: listsGas, header };
  const execution = splitSubmission(trace, contracts);
  const gasUsed = Number(submitted.gasUsed);
  const report = {
    slots,
    kind,
    publishedBytes: batch.data.length,
    calldataBytes: submitted.calldataBytes,
    gasUsed,
    base: BASE_GAS,
    calldata,
    execution,
    difference: gasUsed - BASE_GAS - sumOf(calldata) - sumOf(execution),
    floor: floorGas(bytes),
    dataZeroDiscount: zeroByteDiscount(batch.data),
  };
  return { report, number: submitted.number };
}

/** Forced withdrawals, in ETH, come first in the list of a full block, then withdrawals of the ERC-20. */
async function payByToken(
  rollup: L1BenchRollup,
  slots: SoloSize,
  number: BatchNumber,
  { header, payouts, data: cells }: ProvenBatch,
): Promise<PayGasReport[]> {
  const count = payouts.length / 2;
  const reports: PayGasReport[] = [];
  for (const [position, token] of (["ETH", "ERC-20"] as const).entries()) {
    const places = Array.from({ length: count }, (_, i) => position * count + i);
    const args = payArguments({
      batch: number,
      header: toHeaderStruct(header),
      dataCommitment: bytesToHex(calldataCommitment(cells)),
      payouts,
      places,
    });
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
    const selected = places.flatMap((place) => payouts[place] ?? []);
    // The contract pays as far as the gas suffices, so an estimate would find that of one payout.
    const gas = BigInt(payGasLimit(selected, payouts.length));
    const receipt = await sendToRollup(rollup.devnet.rollup, rollup.operator, { name: "pay", data, gas });
    const paid = parseEventLogs({ abi: rollupAbi, eventName: "PayoutPaid", logs: receipt.logs }).length;
    if (paid !== count) throw new CairnError<BenchErrorCode>("bench/not-paid", `${paid} of ${count} payouts were paid`);
    reports.push({ slots, token, payouts: count, gasUsed: Number(receipt.gasUsed) });
  }
  return reports;
}

function sumOf(parts: { readonly [part: string]: number }): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}
