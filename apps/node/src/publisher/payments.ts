import { type Db, findBatch, findBlock, loadBlockPayouts, loadBlocksOwing, type StoredL1Transaction } from "@cairn/db";
import { countOwed, PAYOUTS_PER_CALL, type PublishedBatch } from "./batch-calls.ts";

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

/** Whether nothing is owed any more in the part that an L1 transaction was to pay. */
export async function isPartSettled(db: Db, { subject, content }: StoredL1Transaction): Promise<boolean> {
  return countOwed(await loadBlockPayouts(db, subject), Number(content)) === 0;
}

/** A stored block with its batch and payouts, null unless both are there. */
export async function loadPublished(db: Db, firstBlock: number): Promise<PublishedBatch | null> {
  const [batch, block] = await Promise.all([findBatch(db, firstBlock), findBlock(db, firstBlock)]);
  if (batch === undefined || block === undefined) return null;
  return { batch, block, payouts: await loadBlockPayouts(db, firstBlock) };
}
