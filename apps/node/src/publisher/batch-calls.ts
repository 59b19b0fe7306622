import {
  MAX_PAYOUTS_PER_CALL,
  payArguments,
  payGasLimit,
  rollupAbi,
  submitBatchArguments,
  toHeaderStruct,
} from "@cairn/contracts";
import type { BatchPayout, StoredBatch } from "@cairn/db";
import { batchNumber, bytesToHex, CairnError, dataHash, type Hex } from "@cairn/protocol";
import { encodeFunctionData, size } from "viem";
import { describeBatch, type LoadedContent, toPayout } from "../batches/content.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import type { L1Call } from "./l1-call.ts";

/** Gas of `submitBatch` besides its calldata: verification and storage, with a margin. */
const SUBMIT_GAS = 1_000_000;
const CALLDATA_GAS_PER_BYTE = 40;
/** Records that one `pay` processes. */
export const PAYOUTS_PER_CALL = MAX_PAYOUTS_PER_CALL;

/** A batch with its blocks and payouts: everything that its L1 calls need. */
export interface BatchCallInputs extends LoadedContent {
  readonly batch: StoredBatch;
}

/** The call that submits a ready batch. Throws `node/unavailable` without a proof, and as {@link describeBatch}. */
export function submitCall(rollup: Hex, inputs: BatchCallInputs): L1Call {
  const { batch } = inputs;
  if (batch.proof === null) throw incomplete(batch);
  const described = describeBatch(inputs);
  const args = submitBatchArguments(described.header, described.data, batch.proof);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const gasLimit = SUBMIT_GAS + CALLDATA_GAS_PER_BYTE * size(data);
  return {
    purpose: "submitBatch",
    subject: batch.firstBlock,
    content: wordHex(batch.publicInput),
    to: rollup,
    data,
    gasLimit,
  };
}

/** Neighbouring records of a batch's payout list that one `pay` processes, at most PAYOUTS_PER_CALL. */
export interface PayoutRun {
  /** Place of the first one in the batch's list. */
  readonly first: number;
  readonly count: number;
}

/** The call that pays what is owed in a run of an accepted batch. Throws `node/unavailable` before acceptance. */
export function payCall(rollup: Hex, inputs: BatchCallInputs, run: PayoutRun): L1Call {
  const { batch, payouts } = inputs;
  if (batch.acceptance === null) throw incomplete(batch);
  const { header, data: published } = describeBatch(inputs);
  const args = payArguments({
    batch: batchNumber(batch.acceptance.number),
    slots: header.slots,
    header: toHeaderStruct(header),
    dataHash: bytesToHex(dataHash(header.slots, published)),
    payouts: payouts.map(toPayout),
    first: run.first,
    maxCount: run.count,
  });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  const owed = payoutsOfRun(payouts, run).filter(({ status }) => status === "owed");
  const gasLimit = payGasLimit(owed.length);
  return { purpose: "pay", subject: batch.firstBlock, content: contentOfRun(run), to: rollup, data, gasLimit };
}

/** The records of a run. */
export function payoutsOfRun(payouts: readonly BatchPayout[], { first, count }: PayoutRun): BatchPayout[] {
  return payouts.filter(({ batchPosition }) => batchPosition >= first && batchPosition < first + count);
}

/** How a stored L1 transaction identifies its run: the first position, and the count unless it is PAYOUTS_PER_CALL. */
export function contentOfRun({ first, count }: PayoutRun): string {
  return count === PAYOUTS_PER_CALL ? String(first) : `${first}+${count}`;
}

/** The run that a stored L1 transaction identifies. */
export function runOfContent(content: string): PayoutRun {
  const [first, count = PAYOUTS_PER_CALL] = content.split("+").map(Number);
  return { first: first ?? 0, count };
}

function incomplete({ firstBlock }: StoredBatch): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", `the batch of block ${firstBlock} is not ready for this`);
}
