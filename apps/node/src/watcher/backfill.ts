import { type Db, findL1Agreement, findLastL1Block } from "@cairn/db";
import { type L1Access, type L1Range, type RangeReader, readRollupEvents } from "@cairn/l1";
import { crashPoint } from "../crash-points.ts";
import { findForeignBatches, importRange, type RangeResult } from "./import-range.ts";
import { compareWithContract, followEvents, readContractPosition, storedPosition } from "./position.ts";
import { assertUnchanged, type RangeContent, readData, readTimestamps, unavailable } from "./range-content.ts";
import { noteDisagreement, type TakenBack } from "./reorg.ts";

/** How L1 is read in bulk. */
export interface BackfillOptions {
  /** Where reading begins on an empty database. */
  readonly firstBlock: number;
  /** Reads as much at once as the L1 node gives. */
  readonly ranges: RangeReader<RangeContent>;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onRange?: (result: RangeResult, last: number) => void;
  /** Told when stored events turned out to have holes. */
  readonly onTakenBack?: (takenBack: TakenBack) => void;
}

/**
 * Reads every block from the last processed one up to `target`, range by range; each range is stored whole or not at all, and only
 * when it follows what is stored. The last one must lead to what the contract says: when it does not for several looks,
 * ranges stored since the contract last agreed are taken back, to be read again.
 * Throws `node/l1-unavailable`, the errors of `@cairn/l1`'s readers, and what the database throws.
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
 * Reads, checks and stores the next range towards `ahead.to`, and returns its last block. Effects, all in one database transaction:
 * queue entries, acceptances of batches (with the data of those that others made), payments, the last block's header, the agreement
 * with the contract. Nothing is stored unless
 *
 * 1. the events follow one another and what is stored, by number and queue hash;
 * 2. at the end of all ranges, they lead to what the contract says of itself;
 * 3. L1 still shows the same blocks after all of it was read.
 */
async function processRange(db: Db, access: L1Access, ahead: L1Range, options: BackfillOptions): Promise<number> {
  const last = await findLastL1Block(db);
  const range = await readChecked(db, access, ahead, options.ranges);
  const { header, events, gap } = range;
  if (gap !== null) {
    await assertUnchanged(access, header, last);
    const takenBack = await noteDisagreement(db, options.firstBlock, options.nowMs());
    if (takenBack !== null) options.onTakenBack?.(takenBack);
    throw unavailable(gap);
  }
  const timestamps = await readTimestamps(access, events);
  const foreignData = await readData(access, await findForeignBatches(db, events));
  await assertUnchanged(access, header, last);

  const types = new Set(events.map(({ type }) => type));
  if (types.has("queued")) crashPoint("queue-entries-read");
  if (types.has("accepted")) crashPoint("batch-accepted-unseen");
  if (types.has("settled")) crashPoint("payout-settled-unseen");
  const result = await importRange(db, { ...range, timestamps, foreignData }, options.nowMs());
  if (types.has("queued")) crashPoint("queue-entries-stored");
  if (types.has("accepted")) crashPoint("batch-accepted");
  if (types.has("settled")) crashPoint("payout-settled");
  options.onRange?.(result, header.number);
  return header.number;
}

/** Times that a range is read while its events do not lead to what the contract says: nodes behind one address may differ. */
const READS = 3;

/** A range with what is wrong with it, if anything is. */
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
  // Asked once: where two nodes take turns, each further read of the events goes to the other one.
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
