import { rollupAbi } from "@cairn/contracts";
import {
  type BatchPayout,
  type Db,
  findAcceptedBatch,
  findBatch,
  loadBatchesOwing,
  loadBatchPayouts,
  type StoredL1Transaction,
} from "@cairn/db";
import { bytesToHex } from "@cairn/protocol";
import { decodeFunctionData } from "viem";
import { loadBatchContent } from "../batches/content.ts";
import { type BatchCallInputs, PAYOUTS_PER_CALL, type PayoutRun, payoutsAt } from "./batch-calls.ts";

/** A run of a batch's payout list that is still owed. */
export interface OwedRun extends PayoutRun {
  /** First block of the batch. */
  readonly batch: number;
}

/** Batches examined at a time. */
const BATCHES_PER_LOOK = 100;
const WORD_BITS = 256;

/** Owed runs by batch and place, of the first batches that have any. */
export async function loadOwedRuns(db: Db): Promise<OwedRun[]> {
  const runs: OwedRun[] = [];
  for (const batch of await loadBatchesOwing(db, BATCHES_PER_LOOK)) {
    runs.push(...runsOf(await loadPayoutsOf(db, batch)).map((run) => ({ batch, ...run })));
  }
  return runs;
}

/** What a payout list owes, in stretches of PAYOUTS_PER_CALL places; omits what is left to others. */
export function runsOf(payouts: readonly Pick<BatchPayout, "batchPosition" | "status" | "leftGas">[]): PayoutRun[] {
  const owed = payouts.filter(({ status, leftGas }) => status === "owed" && leftGas === null);
  const places = owed.map(({ batchPosition }) => batchPosition);
  const stretches = Map.groupBy(places, (place) => place - (place % PAYOUTS_PER_CALL));
  return [...stretches].map(([first, found]) => ({ first, places: found }));
}

/**
 * Whether others have paid everything that an L1 transaction was to pay. What it paid itself does not count: if it no longer has
 * a receipt, the watcher has yet to see that a reorg undid the payments.
 */
export async function isPaidByOthers(db: Db, { subject, data, attempts }: StoredL1Transaction): Promise<boolean> {
  const payouts = payoutsAt(await loadPayoutsOf(db, subject), placesOfCall(data));
  return payouts.every(({ status, l1Transaction }) => {
    const isOwn = attempts.some(({ hash }) => l1Transaction !== null && Buffer.compare(hash, l1Transaction) === 0);
    return status !== "owed" && !isOwn;
  });
}

/** The places that a stored `pay` names. */
export function placesOfCall(data: Uint8Array): number[] {
  const call = decodeFunctionData({ abi: rollupAbi, data: bytesToHex(data) });
  if (call.functionName !== "pay") return [];
  const [, , , , firstWord, mask] = call.args;
  return mask.flatMap((word, i) =>
    Array.from({ length: WORD_BITS }, (_, bit) => bit).flatMap((bit) =>
      (word >> BigInt(bit)) & 1n ? [WORD_BITS * (Number(firstWord) + i) + bit] : [],
    ),
  );
}

/** The batch that begins with a block, with its blocks and payouts; null unless all are there. */
export async function loadCallInputs(db: Db, firstBlock: number): Promise<BatchCallInputs | null> {
  const batch = await findBatch(db, firstBlock);
  const content = batch && (await loadBatchContent(db, batch));
  if (batch === undefined || content == null) return null;
  const accepted = batch.acceptance && (await findAcceptedBatch(db, batch.acceptance.number));
  return { batch, accepted: accepted ?? null, ...content };
}

async function loadPayoutsOf(db: Db, firstBlock: number): Promise<BatchPayout[]> {
  const batch = await findBatch(db, firstBlock);
  return batch === undefined ? [] : loadBatchPayouts(db, batch);
}
