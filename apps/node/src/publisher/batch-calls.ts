import { payArguments, payGasLimit, rollupAbi, submitBatchArguments, toHeaderStruct } from "@cairn/contracts";
import type { AcceptedBatch, BatchPayout, StoredBatch } from "@cairn/db";
import { batchNumber, bytesToHex, CairnError, type Hex } from "@cairn/protocol";
import { encodeFunctionData, size } from "viem";
import { calldataOf, headerOf, type LoadedContent, l1OperationsOf, toPayout } from "../batches/content.ts";
import type { PreparedBlob } from "../blobs/blob-maker.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import type { L1Call } from "./l1-call.ts";

/** Gas of `submitBatch` besides its calldata: verification and storage, with a margin. */
const SUBMIT_GAS = 1_000_000;
const CALLDATA_GAS_PER_BYTE = 40;
/**
 * Places of a batch's payout list that one `pay` covers: at its worst, each of them a token in the longest list, it stays below
 * the gas limit of a transaction (EIP-7825, 2^24).
 */
export const PAYOUTS_PER_CALL = 56;

/** A batch with its blocks and payouts: everything that its L1 calls need. */
export interface BatchCallInputs extends LoadedContent {
  readonly batch: StoredBatch;
  /** What L1 accepted; null before it has. Others may have submitted these blocks, in a way of their own. */
  readonly accepted: AcceptedBatch | null;
}

/**
 * The call that submits a ready batch; `blob` is that of a batch in a blob, null for calldata. Throws `node/unavailable` without
 * a proof or without the blob, and when the stored L1 queue has changed.
 */
export function submitCall(rollup: Hex, inputs: BatchCallInputs, blob: PreparedBlob | null): L1Call {
  const { batch, blocks, payouts } = inputs;
  if (batch.proof === null || (batch.dataSource === "blob") !== (blob !== null)) throw incomplete(batch);
  // No payout is paid at once: before the batch is accepted, what a recipient burns could not be measured as for `pay`.
  const args = submitBatchArguments({
    header: headerOf(inputs, batch),
    l1Operations: l1OperationsOf(inputs),
    payouts: payouts.map(toPayout),
    data: blob?.opening ?? calldataOf(blocks).data,
    proof: batch.proof,
  });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const gasLimit = SUBMIT_GAS + CALLDATA_GAS_PER_BYTE * size(data);
  return {
    purpose: "submitBatch",
    subject: batch.firstBlock,
    content: wordHex(batch.point),
    to: rollup,
    data,
    gasLimit,
    ...(blob && { blob: { versionedHash: batch.dataCommitment, sidecar: blob.sidecar } }),
  };
}

/** Payouts of one stretch of PAYOUTS_PER_CALL places of a batch's list that one `pay` settles. */
export interface PayoutRun {
  /** First place of the stretch. */
  readonly first: number;
  /** Those to settle, ascending. */
  readonly places: readonly number[];
}

/** The call that pays a run of an accepted batch. Throws `node/unavailable` before acceptance. */
export function payCall(rollup: Hex, inputs: BatchCallInputs, { first, places }: PayoutRun): L1Call {
  const { batch, accepted } = inputs;
  if (accepted === null) throw incomplete(batch);
  const payouts = inputs.payouts.map(toPayout);
  const args = payArguments({
    batch: batchNumber(accepted.number),
    header: toHeaderStruct(accepted.header),
    dataCommitment: bytesToHex(accepted.dataCommitment),
    payouts,
    places,
  });
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "pay", args });
  const paid = places.flatMap((place) => payouts[place] ?? []);
  const gasLimit = payGasLimit(paid, payouts.length);
  return { purpose: "pay", subject: batch.firstBlock, content: contentOfRun(first), to: rollup, data, gasLimit };
}

/** The payouts at these places. */
export function payoutsAt(payouts: readonly BatchPayout[], places: readonly number[]): BatchPayout[] {
  return places.flatMap((place) => payouts[place] ?? []);
}

/** How a stored L1 transaction identifies the stretch that it pays. */
export function contentOfRun(first: number): string {
  return String(first);
}

function incomplete({ firstBlock }: StoredBatch): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", `the batch of block ${firstBlock} is not ready for this`);
}
