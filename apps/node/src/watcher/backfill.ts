import {
  type Db,
  findBatch,
  findBlock,
  findLastL1Block,
  findLastQueueEntry,
  findUnadoptedBatch,
  insertAcceptedBatch,
  insertL1Block,
  insertQueueEntries,
  insertSettlement,
  loadBlockPayouts,
  markBatchAccepted,
  type QueueEntry,
  type Settlement,
} from "@cairn/db";
import type { L1ErrorCode, L1Rollup } from "@cairn/l1";
import { CairnError, EMPTY_QUEUE_HASH, encodeL1Operation, hexToBytes, nextQueueHash } from "@cairn/protocol";
import { encodeHeaderFields, isAcceptedBlock } from "../batch-header.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { type RollupEvent, readHeader, readPublishedData, readRollupEvents } from "./l1-events.ts";

/** What a range of L1 blocks brought. */
export interface RangeResult {
  readonly queueEntries: number;
  /** First blocks of batches stored here that L1 accepted. */
  readonly accepted: readonly number[];
  readonly settled: number;
}

/** How L1 is read in bulk. */
export interface BackfillOptions {
  /** L1 block that holds the rollup's creation. */
  readonly deploymentBlock: number;
  /** Blocks per request. */
  readonly rangeSize: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onRange?: (result: RangeResult, last: number) => void;
}

/**
 * Reads every block from the last processed one up to `target`, range by range; each range is stored whole or not at all.
 * Throws `l1/queue-mismatch`, `node/l1-diverged` for circuits that are unknown here, `node/l1-unavailable`, and what RPC and database throw.
 */
export async function backfill(db: Db, rollup: L1Rollup, target: number, options: BackfillOptions): Promise<void> {
  const last = await findLastL1Block(db);
  let next = last === undefined ? options.deploymentBlock : last.number + 1;
  while (next <= target && !options.signal.aborted) {
    const end = Math.min(target, next + options.rangeSize - 1);
    const result = await processRange(db, rollup, next, end, options.nowMs());
    options.onRange?.(result, end);
    next = end + 1;
  }
}

async function processRange(db: Db, rollup: L1Rollup, from: number, to: number, nowMs: number): Promise<RangeResult> {
  const header = await readHeader(rollup, to);
  const events = await readRollupEvents(rollup, from, to);
  const timestamps = await readTimestamps(rollup, events);
  const foreign = await readForeignData(db, rollup, events);
  const again = await readHeader(rollup, to);
  if (header === null || again === null || Buffer.compare(header.hash, again.hash) !== 0) {
    throw new CairnError<NodeErrorCode>("node/l1-unavailable", `L1 block ${to} changed while it was read`);
  }
  const types = new Set(events.map(({ type }) => type));
  if (types.has("queued")) crashPoint("queue-entries-read");
  if (types.has("accepted")) crashPoint("batch-accepted-unseen");
  if (types.has("settled")) crashPoint("payout-settled-unseen");
  const result = await db.transaction().execute(async (transaction) => {
    const entries = await toQueueEntries(transaction, events, timestamps);
    await insertQueueEntries(transaction, entries);
    const accepted: number[] = [];
    let settled = 0;
    for (const event of events) {
      if (event.type === "accepted") {
        const isOwn = (await findUnadoptedBatch(transaction)) === undefined && (await isStored(transaction, event));
        const place = { data: foreign.get(event.number) ?? null, l1Timestamp: timestamps.get(event.block) ?? 0 };
        await accept(transaction, event, isOwn, place, nowMs);
        if (isOwn) accepted.push(event.firstBlock);
      } else if (event.type === "settled") {
        await insertSettlement(transaction, toSettlement(event));
        settled++;
      }
    }
    await insertL1Block(transaction, header);
    return { queueEntries: entries.length, accepted, settled };
  });
  if (types.has("queued")) crashPoint("queue-entries-stored");
  if (types.has("accepted")) crashPoint("batch-accepted");
  if (types.has("settled")) crashPoint("payout-settled");
  return result;
}

async function toQueueEntries(
  db: Db,
  events: readonly RollupEvent[],
  timestamps: ReadonlyMap<number, number>,
): Promise<QueueEntry[]> {
  const last = await findLastQueueEntry(db);
  let index = (last?.index ?? -1) + 1;
  let hash = last?.hashAfter ?? EMPTY_QUEUE_HASH;
  const entries: QueueEntry[] = [];
  for (const event of events) {
    if (event.type !== "queued") continue;
    hash = nextQueueHash(hash, encodeL1Operation(event.operation));
    if (event.position !== index || Buffer.compare(hash, event.queueHash) !== 0) {
      throw new CairnError<L1ErrorCode>(
        "l1/queue-mismatch",
        `queue entry ${event.position} does not follow ${index - 1}`,
      );
    }
    entries.push({
      index,
      operation: event.operation,
      hashAfter: hash,
      l1Block: event.block,
      l1BlockHash: event.blockHash,
      l1Transaction: event.transaction,
      enqueuedAt: timestamps.get(event.block) ?? 0,
    });
    index++;
  }
  return entries;
}

/** Requests to the L1 node at a time. */
const REQUESTS_TOGETHER = 16;

type AcceptedEvent = Extract<RollupEvent, { type: "accepted" }>;

/** Data of the accepted batches that are not stored here as they are, and of all that follow them: they are adopted in order. */
async function readForeignData(
  db: Db,
  rollup: L1Rollup,
  events: readonly RollupEvent[],
): Promise<Map<number, Uint8Array>> {
  const missing: AcceptedEvent[] = [];
  let isBehind = (await findUnadoptedBatch(db)) !== undefined;
  for (const event of events) {
    if (event.type !== "accepted" || (!isBehind && (await isStored(db, event)))) continue;
    isBehind = true;
    missing.push(event);
  }
  return new Map(await mapTogether(missing, async (event) => [event.number, await readPublishedData(rollup, event)]));
}

/** Stores an acceptance. One of a batch that is not stored here is for the sequencer to adopt. */
async function accept(
  db: Db,
  event: AcceptedEvent,
  isOwn: boolean,
  place: { readonly data: Uint8Array | null; readonly l1Timestamp: number },
  atMs: number,
): Promise<void> {
  if (!isOwn && place.data === null) {
    throw new CairnError<NodeErrorCode>("node/l1-unavailable", `batch ${event.number} changed here while L1 was read`);
  }
  await insertAcceptedBatch(db, {
    number: event.number,
    firstBlock: event.firstBlock,
    lastBlock: event.lastBlock,
    submitter: event.submitter,
    header: encodeHeaderFields(event.header),
    dataHash: hexToBytes(event.dataHash, 32),
    data: isOwn ? null : place.data,
    l1Transaction: event.transaction,
    l1Block: event.block,
    l1BlockHash: event.blockHash,
    l1Timestamp: place.l1Timestamp,
  });
  if (!isOwn) return;
  await markBatchAccepted(db, event.firstBlock, {
    number: event.number,
    l1Transaction: event.transaction,
    l1Block: event.block,
    l1BlockHash: event.blockHash,
    atMs,
  });
}

async function isStored(db: Db, event: AcceptedEvent): Promise<boolean> {
  const [batch, block] = [await findBatch(db, event.firstBlock), await findBlock(db, event.firstBlock)];
  if (batch?.lastBlock !== event.lastBlock || block === undefined) return false;
  return isAcceptedBlock(block, await loadBlockPayouts(db, event.firstBlock), event);
}

function toSettlement(event: Extract<RollupEvent, { type: "settled" }>): Settlement {
  const { batch, position, status, transaction, block } = event;
  return { batch, position, status, l1Transaction: transaction, l1Block: block };
}

/** Seconds of the L1 blocks that hold queue entries or acceptances. */
async function readTimestamps(rollup: L1Rollup, events: readonly RollupEvent[]): Promise<Map<number, number>> {
  const blocks = new Set(events.filter(({ type }) => type !== "settled").map(({ block }) => block));
  const headers = await mapTogether([...blocks], (block) => readHeader(rollup, block));
  return new Map(headers.flatMap((header) => (header === null ? [] : [[header.number, header.timestamp]])));
}

/** Results of asking for every item, some at a time, in the order of the items. */
async function mapTogether<Item, Result>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < items.length; first += REQUESTS_TOGETHER) {
    results.push(...(await Promise.all(items.slice(first, first + REQUESTS_TOGETHER).map(ask))));
  }
  return results;
}
