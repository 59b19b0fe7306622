import {
  MAX_PAYOUTS_PER_CALL,
  payArguments,
  payGasLimit,
  rollupAbi,
  submitBatchArguments,
  toHeaderStruct,
} from "@cairn/contracts";
import type { StoredBatch, StoredBlock, StoredPayout } from "@cairn/db";
import { batchNumber, bytesToHex, CairnError, dataHash, type Hex } from "@cairn/protocol";
import { encodeFunctionData, size } from "viem";
import { headerOf, toPayout } from "../batch-header.ts";
import type { NodeErrorCode } from "../errors.ts";
import { wordHex } from "../json.ts";
import type { L1Call } from "./l1-call.ts";

/** Gas of `submitBatch` besides its calldata: verification and storage, with a margin. */
const SUBMIT_GAS = 1_000_000;
const CALLDATA_GAS_PER_BYTE = 40;
/** Records that one `pay` processes. */
export const PAYOUTS_PER_CALL = MAX_PAYOUTS_PER_CALL;

/** A batch's block with everything that its L1 calls need. */
export interface BatchCallInputs {
  readonly batch: StoredBatch;
  readonly block: StoredBlock;
  readonly payouts: readonly StoredPayout[];
}

/** The call that submits a ready batch. Throws `node/unavailable` without a proof. */
export function submitCall(rollup: Hex, { batch, block, payouts }: BatchCallInputs): L1Call {
  if (batch.proof === null || block.seal === null) throw incomplete(block);
  const args = submitBatchArguments(headerOf(block, payouts), block.seal.data, batch.proof);
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

/** Neighbouring records of a payout list that one `pay` processes, at most PAYOUTS_PER_CALL. */
export interface PayoutRun {
  /** Position of the first one. */
  readonly first: number;
  readonly count: number;
}

/** The call that pays what is owed in a run of an accepted batch. Throws `node/unavailable` before acceptance. */
export function payCall(rollup: Hex, { batch, block, payouts }: BatchCallInputs, run: PayoutRun): L1Call {
  if (batch.acceptance === null || block.seal === null) throw incomplete(block);
  const args = payArguments({
    batch: batchNumber(batch.acceptance.number),
    slots: block.slotCount,
    header: toHeaderStruct(headerOf(block, payouts)),
    dataHash: bytesToHex(dataHash(block.slotCount, block.seal.data)),
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
export function payoutsOfRun(payouts: readonly StoredPayout[], { first, count }: PayoutRun): StoredPayout[] {
  return payouts.filter(({ position }) => position >= first && position < first + count);
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

function incomplete({ number }: StoredBlock): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", `block ${number} is not ready for L1`);
}
