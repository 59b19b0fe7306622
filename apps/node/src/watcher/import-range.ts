import {
  type AcceptedBatch,
  type Db,
  findBatch,
  findUnadoptedBatch,
  insertAcceptedBatch,
  insertL1Block,
  insertQueueEntries,
  insertSettlement,
  markBatchAccepted,
  type QueueEntry,
  type Settlement,
  storeL1Agreement,
} from "@cairn/db";
import type { AcceptedEvent, PublishedBatchContent, RollupEvent, SettledEvent } from "@cairn/l1";
import { cellsToBytes } from "@cairn/protocol";
import { isAcceptedBatch, loadBatchContent } from "../batches/content.ts";
import { type RangeContent, unavailable } from "./range-content.ts";

/** Consecutive L2 blocks. */
export interface BlockRange {
  readonly firstBlock: number;
  readonly lastBlock: number;
}

/** What a range of L1 blocks contained. */
export interface RangeResult {
  readonly queueEntries: number;
  /** Blocks of the batches stored here that L1 accepted, batch by batch. */
  readonly accepted: readonly BlockRange[];
  readonly settled: number;
}

/** A range that was checked, with all that its import needs of L1. */
export interface CheckedRange extends RangeContent {
  /** Seconds, by L1 block. */
  readonly timestamps: ReadonlyMap<number, number>;
  /** What the batches that {@link findForeignBatches} named published. */
  readonly foreign: ReadonlyMap<number, PublishedBatchContent>;
  /** Whether the contract agrees at the range's end. */
  readonly isAgreed: boolean;
}

/** Accepted batches that are not stored here as they are, and all that follow them: these are adopted in order. */
export async function findForeignBatches(db: Db, events: readonly RollupEvent[]): Promise<readonly AcceptedEvent[]> {
  const foreign: AcceptedEvent[] = [];
  let isBehind = (await findUnadoptedBatch(db)) !== undefined;
  for (const event of events) {
    if (event.type !== "accepted" || (!isBehind && (await isStored(db, event)))) continue;
    isBehind = true;
    foreign.push(event);
  }
  return foreign;
}

/**
 * Stores a range in one database transaction: queue entries, acceptances, payments, the header of its last block, and the
 * agreement with the contract. Throws `node/l1-unavailable` when a batch stored here has changed since it was compared.
 */
export function importRange(db: Db, range: CheckedRange, nowMs: number): Promise<RangeResult> {
  const { header, events, timestamps, foreign, isAgreed } = range;
  return db.transaction().execute(async (transaction) => {
    const entries = toQueueEntries(events, timestamps);
    await insertQueueEntries(transaction, entries);
    const accepted: BlockRange[] = [];
    let settled = 0;
    for (const event of events) {
      if (event.type === "accepted") {
        const isOwn = (await findUnadoptedBatch(transaction)) === undefined && (await isStored(transaction, event));
        const place = { content: foreign.get(event.number) ?? null, l1Timestamp: timestamps.get(event.block) ?? 0 };
        await accept(transaction, event, isOwn, place, nowMs);
        const { firstBlock, lastBlock } = event.header;
        if (isOwn) accepted.push({ firstBlock: Number(firstBlock), lastBlock: Number(lastBlock) });
      } else if (event.type === "settled") {
        await insertSettlement(transaction, toSettlement(event));
        settled++;
      }
    }
    await insertL1Block(transaction, header);
    if (isAgreed) await storeL1Agreement(transaction, { block: header.number, disagreements: 0 });
    return { queueEntries: entries.length, accepted, settled };
  });
}

/** Stores an acceptance. One of a batch that is not stored here is for the sequencer to adopt. */
async function accept(
  db: Db,
  event: AcceptedEvent,
  isOwn: boolean,
  place: { readonly content: PublishedBatchContent | null; readonly l1Timestamp: number },
  atMs: number,
): Promise<void> {
  if (!isOwn && place.content === null) throw unavailable(`batch ${event.number} changed here while L1 was read`);
  const {
    number,
    header,
    dataCommitment,
    payoutsHash,
    submitter,
    transaction: l1Transaction,
    block: l1Block,
    blockHash,
  } = event;
  const [firstBlock, lastBlock] = [Number(header.firstBlock), Number(header.lastBlock)];
  await insertAcceptedBatch(db, {
    number,
    firstBlock,
    lastBlock,
    submitter,
    header,
    dataCommitment,
    payoutsHash,
    content: isOwn || place.content === null ? null : toStored(place.content),
    l1Transaction,
    l1Block,
    l1BlockHash: blockHash,
    l1Timestamp: place.l1Timestamp,
    isFromArchive: false,
  });
  if (!isOwn) return;
  await markBatchAccepted(db, firstBlock, { number, l1Transaction, l1Block, l1BlockHash: blockHash, atMs });
}

/** Whether the batch is stored here with the same blocks. */
async function isStored(db: Db, event: AcceptedEvent): Promise<boolean> {
  const { firstBlock, lastBlock } = event.header;
  const batch = await findBatch(db, Number(firstBlock));
  if (batch === undefined || batch.lastBlock !== Number(lastBlock)) return false;
  const content = await loadBatchContent(db, batch);
  return content !== null && isAcceptedBatch(content, event);
}

function toStored({ cells, payouts }: PublishedBatchContent): NonNullable<AcceptedBatch["content"]> {
  return { cells: cellsToBytes(cells), payouts };
}

function toQueueEntries(events: readonly RollupEvent[], timestamps: ReadonlyMap<number, number>): QueueEntry[] {
  return events.flatMap((event) => {
    if (event.type !== "queued") return [];
    return {
      index: event.position,
      operation: event.operation,
      hashAfter: event.queueHash,
      l1Block: event.block,
      l1BlockHash: event.blockHash,
      l1Transaction: event.transaction,
      enqueuedAt: timestamps.get(event.block) ?? 0,
      isFromArchive: false,
    };
  });
}

function toSettlement({ batch, position, status, transaction, block }: SettledEvent): Settlement {
  return { batch, position, status, l1Transaction: transaction, l1Block: block };
}
