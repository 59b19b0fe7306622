import { type Db, findBatch, findBlock, loadBlockPayouts, loadBlocksOwing, type StoredL1Transaction } from "@cairn/db";
import { type BatchCallInputs, PAYOUTS_PER_CALL, payoutsOfPart } from "./batch-calls.ts";

/** A part of a batch's payout list that still owes something. */
export interface OwedPart {
  readonly block: number;
  /** Position of its first record; parts have fixed borders. */
  readonly first: number;
}

/** Parts that owe something, by block and position. */
export async function loadOwedParts(db: Db): Promise<OwedPart[]> {
  const parts: OwedPart[] = [];
  for (const block of await loadBlocksOwing(db)) {
    const owed = (await loadBlockPayouts(db, block)).filter(({ status }) => status === "owed");
    const firsts = new Set(owed.map(({ position }) => position - (position % PAYOUTS_PER_CALL)));
    parts.push(...[...firsts].map((first) => ({ block, first })));
  }
  return parts;
}

/**
 * Whether others have paid all of the part that an L1 transaction was to pay. What it paid itself does not count: when it has
 * no receipt any more, the watcher has yet to read that a reorg took the payments back.
 */
export async function isPartPaidByOthers(
  db: Db,
  { subject, content, attempts }: StoredL1Transaction,
): Promise<boolean> {
  const part = payoutsOfPart(await loadBlockPayouts(db, subject), Number(content));
  return part.every(({ status, l1Transaction }) => {
    const isOwn = attempts.some(({ hash }) => l1Transaction !== null && Buffer.compare(hash, l1Transaction) === 0);
    return status !== "owed" && !isOwn;
  });
}

/** A stored block with its batch and payouts, null unless both are there. */
export async function loadCallInputs(db: Db, firstBlock: number): Promise<BatchCallInputs | null> {
  const [batch, block] = await Promise.all([findBatch(db, firstBlock), findBlock(db, firstBlock)]);
  if (batch === undefined || block === undefined) return null;
  return { batch, block, payouts: await loadBlockPayouts(db, firstBlock) };
}
