import {
  type BatchPayout,
  type Db,
  findBatch,
  loadBatchesOwing,
  loadBatchPayouts,
  type StoredL1Transaction,
} from "@cairn/db";
import { loadBatchContent } from "../batches/content.ts";
import { type BatchCallInputs, PAYOUTS_PER_CALL, type PayoutRun, payoutsOfRun, runOfContent } from "./batch-calls.ts";

/** A run of a batch's payout list that is still owed. */
export interface OwedRun extends PayoutRun {
  /** First block of the batch. */
  readonly batch: number;
}

/** Batches examined at a time. */
const BATCHES_PER_LOOK = 100;

/** Owed runs by batch and place, of the first batches that have any. */
export async function loadOwedRuns(db: Db): Promise<OwedRun[]> {
  const runs: OwedRun[] = [];
  for (const batch of await loadBatchesOwing(db, BATCHES_PER_LOOK)) {
    runs.push(...runsOf(await loadPayoutsOf(db, batch)).map((run) => ({ batch, ...run })));
  }
  return runs;
}

/**
 * Cuts a payout list every PAYOUTS_PER_CALL records, and around what is left to others; omits runs that owe nothing.
 */
export function runsOf(payouts: readonly Pick<BatchPayout, "batchPosition" | "status" | "leftGas">[]): PayoutRun[] {
  const runs: PayoutRun[] = [];
  let [first, isOwing] = [0, false];
  const cut = (end: number, next: number): void => {
    if (isOwing) runs.push({ first, count: end - first });
    [first, isOwing] = [next, false];
  };
  for (const { batchPosition: position, status, leftGas } of payouts) {
    if (position > first && position % PAYOUTS_PER_CALL === 0) cut(position, position);
    if (status !== "owed") continue;
    if (leftGas === null) isOwing = true;
    else cut(position, position + 1);
  }
  const windowEnd = first - (first % PAYOUTS_PER_CALL) + PAYOUTS_PER_CALL;
  cut(windowEnd, windowEnd);
  return runs;
}

/** Whether two runs have a record in common. */
export function overlap(a: PayoutRun, b: PayoutRun): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

/**
 * Whether others have paid the whole run that an L1 transaction was to pay. What it paid itself does not count: if it
 * no longer has a receipt, the watcher has yet to see that a reorg undid the payments.
 */
export async function isRunPaidByOthers(db: Db, { subject, content, attempts }: StoredL1Transaction): Promise<boolean> {
  const run = payoutsOfRun(await loadPayoutsOf(db, subject), runOfContent(content));
  return run.every(({ status, l1Transaction }) => {
    const isOwn = attempts.some(({ hash }) => l1Transaction !== null && Buffer.compare(hash, l1Transaction) === 0);
    return status !== "owed" && !isOwn;
  });
}

/** The batch that begins with a block, with its blocks and payouts; null unless all are there. */
export async function loadCallInputs(db: Db, firstBlock: number): Promise<BatchCallInputs | null> {
  const batch = await findBatch(db, firstBlock);
  const content = batch && (await loadBatchContent(db, batch));
  return batch === undefined || content == null ? null : { batch, ...content };
}

async function loadPayoutsOf(db: Db, firstBlock: number): Promise<BatchPayout[]> {
  const batch = await findBatch(db, firstBlock);
  return batch === undefined ? [] : loadBatchPayouts(db, batch);
}
