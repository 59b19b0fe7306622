import { type Db, findL1Agreement, findLastL1Block } from "@cairn/db";
import {
  type AcceptedEvent,
  type BlobAccess,
  type L1Access,
  type L1Range,
  type RangeReader,
  readRollupEvents,
} from "@cairn/l1";
import { crashPoint } from "../crash-points.ts";
import { findForeignBatches, importRange, type RangeResult } from "./import-range.ts";
import { compareWithContract, followEvents, readContractPosition, storedPosition } from "./position.ts";
import {
  assertCommitments,
  assertUnchanged,
  cutRange,
  type RangeContent,
  readContents,
  readTimestamps,
  unavailable,
} from "./range-content.ts";
import { noteDisagreement, type Rollback } from "./reorg.ts";

/** How L1 is read in bulk. */
export interface BackfillOptions {
  /** The L1 block from which to read if the database is empty. */
  readonly firstBlock: number;
  /** Reads ranges as wide as the L1 node accepts. */
  readonly ranges: RangeReader<RangeContent>;
  /** Who has the blobs of batches; without any, a batch of others in a blob stops reading. */
  readonly blobs: BlobAccess | undefined;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onRange?: (result: RangeResult, last: number) => void;
  /** Called when stored events were removed because some are missing among them. */
  readonly onRollback?: (rollback: Rollback) => void;
}

/** Batches of others after which a range is cut: what they published is held at once, and lost if one fails. */
const MAX_FOREIGN = 32;

/**
 * Reads every block from the last processed one up to `target`, range by range; one with many batches of others ends early.
 * Each range is stored whole or not at all, and only if it continues what is stored. The last one must lead to the state of the contract; if it fails to in
 * several polls, the ranges stored since the contract last agreed are removed and read again. Throws
 * `node/l1-unavailable`, `l1/blob-unavailable` for a batch of others whose blob nobody has, the other errors of `@cairn/l1`'s
 * readers, and what the database throws.
 */
export async function backfill(db: Db, access: L1Access, target: number, options: BackfillOptions): Promise<void> {
  const last = await findLastL1Block(db);
  for (let from = last === undefined ? options.firstBlock : last.number + 1; from <= target; ) {
    if (options.signal.aborted) return;
    const to = await processRange(db, access, { from, to: target }, options);
    from = to + 1;
  }
}

/**
 * Reads, checks and stores the next range towards `ahead.to`, and returns its last block. One database transaction
 * stores queue entries, accepted batches (with what those that others made published), payments, the last block's header
 * and the agreement with the contract. Nothing is stored unless
 *
 * 1. the events continue what is stored and each other, by number and queue hash;
 * 2. at the end of all ranges, they lead to the state of the contract;
 * 3. the contract has the commitments of the batches that the events show;
 * 4. L1 still shows the same blocks after everything was read.
 */
async function processRange(db: Db, access: L1Access, ahead: L1Range, options: BackfillOptions): Promise<number> {
  const last = await findLastL1Block(db);
  const read = await readChecked(db, access, ahead, options.ranges);
  if (read.gap !== null) {
    await assertUnchanged(access, read.header, last);
    const rollback = await noteDisagreement(db, options.firstBlock, options.nowMs());
    if (rollback !== null) options.onRollback?.(rollback);
    throw unavailable(read.gap);
  }
  const { range, foreign: batches } = await endEarly(access, read, await findForeignBatches(db, read.events));
  const { header, events } = range;
  const timestamps = await readTimestamps(access, events);
  await assertCommitments(access, events, header.number);
  const foreign = await readContents(access, batches, options.blobs);
  await assertUnchanged(access, header, last);

  const types = new Set(events.map(({ type }) => type));
  if (types.has("queued")) crashPoint("queue-entries-read");
  if (types.has("accepted")) crashPoint("batch-accepted-unseen");
  if (types.has("settled")) crashPoint("payout-settled-unseen");
  const result = await importRange(db, { ...range, timestamps, foreign }, options.nowMs());
  if (types.has("queued")) crashPoint("queue-entries-stored");
  if (types.has("accepted")) crashPoint("batch-accepted");
  if (types.has("settled")) crashPoint("payout-settled");
  options.onRange?.(result, header.number);
  return header.number;
}

/** Ends a range with the L1 block of the last batch of others that it may hold; what follows is read as the next range. */
async function endEarly(
  access: L1Access,
  range: ReadRange,
  foreign: readonly AcceptedEvent[],
): Promise<{ readonly range: ReadRange; readonly foreign: readonly AcceptedEvent[] }> {
  const last = foreign[MAX_FOREIGN - 1];
  if (last === undefined || foreign.length === MAX_FOREIGN || last.block === range.header.number) {
    return { range, foreign };
  }
  const cut = await cutRange(access, range, last);
  return {
    range: { ...range, ...cut, isAgreed: false },
    foreign: foreign.filter(({ block }) => block <= last.block),
  };
}

/** How often a range is read before a disagreement with the contract counts: nodes behind one address may differ. */
const READS = 3;

/** A range, and what is wrong with it; null if nothing is. */
interface ReadRange extends RangeContent {
  readonly gap: string | null;
  readonly isAgreed: boolean;
}

async function readChecked(
  db: Db,
  access: L1Access,
  ahead: L1Range,
  ranges: RangeReader<RangeContent>,
): Promise<ReadRange> {
  const before = await storedPosition(db);
  const isLastAgreed = (await findLastL1Block(db))?.number === (await findL1Agreement(db)).block;
  const { read, events: contents } = await ranges.forward(ahead);
  const [content] = contents;
  if (content === undefined) throw unavailable(`nothing was read of blocks ${read.from} to ${read.to}`);
  const isEnd = read.to === ahead.to;
  // Read once: if two nodes take turns, the events are then read from each of them.
  const contract = isEnd ? await readContractPosition(access, read.to) : null;
  for (let [reads, { events }] = [1, content]; ; reads++, events = await readRollupEvents(access, read)) {
    const led = followEvents(before, events);
    let gap = typeof led === "string" ? led : null;
    if (typeof led !== "string" && isEnd) {
      const isQueueKnown = isLastAgreed && led.queueTail === before.queueTail;
      gap = await compareWithContract(access, led, { block: read.to, contract, isQueueKnown });
    }
    if (gap === null || reads === READS) return { ...content, events, gap, isAgreed: isEnd && gap === null };
  }
}
