import {
  type Db,
  findBatch,
  findBatchByNumber,
  findBlock,
  findLastL1Block,
  findLastQueueEntry,
  insertL1Block,
  insertQueueEntries,
  markBatchAccepted,
  type QueueEntry,
  settlePayout,
} from "@cairn/db";
import type { L1ErrorCode, L1Rollup } from "@cairn/l1";
import { CairnError, EMPTY_QUEUE_HASH, encodeL1Operation, nextQueueHash } from "@cairn/protocol";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { type RollupEvent, readHeader, readRollupEvents } from "./l1-events.ts";

/** What a range of L1 blocks brought. */
export interface RangeResult {
  readonly queueEntries: number;
  /** First blocks of batches that L1 accepted. */
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
 * Throws `l1/queue-mismatch`, `node/l1-diverged`, `node/l1-unavailable`, and what RPC and database throw.
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
        await accept(transaction, event, nowMs);
        accepted.push(event.firstBlock);
      } else if (event.type === "settled") {
        await settle(transaction, event);
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

async function accept(db: Db, event: Extract<RollupEvent, { type: "accepted" }>, atMs: number): Promise<void> {
  const [batch, last] = [await findBatch(db, event.firstBlock), await findBlock(db, event.lastBlock)];
  if (batch?.lastBlock !== event.lastBlock || last?.seal?.newRoot !== event.newRoot) {
    throw new CairnError<NodeErrorCode>(
      "node/l1-diverged",
      `L1 accepted blocks ${event.firstBlock} to ${event.lastBlock}, which are not the ones stored here`,
      { details: { l1Root: event.newRoot.toString(16), storedRoot: last?.seal?.newRoot.toString(16) ?? null } },
    );
  }
  await markBatchAccepted(db, event.firstBlock, {
    number: event.number,
    l1Transaction: event.transaction,
    l1Block: event.block,
    l1BlockHash: event.blockHash,
    atMs,
  });
}

async function settle(db: Db, event: Extract<RollupEvent, { type: "settled" }>): Promise<void> {
  const batch = await findBatchByNumber(db, event.batch);
  if (batch === undefined) {
    throw new CairnError<NodeErrorCode>("node/l1-diverged", `L1 paid for batch ${event.batch}, which is unknown here`);
  }
  await settlePayout(db, {
    blockNumber: batch.firstBlock,
    position: event.position,
    status: event.status,
    l1Transaction: event.transaction,
    l1Block: event.block,
  });
}

async function readTimestamps(rollup: L1Rollup, events: readonly RollupEvent[]): Promise<Map<number, number>> {
  const blocks = new Set(events.filter(({ type }) => type === "queued").map(({ block }) => block));
  const headers = await Promise.all([...blocks].map((block) => readHeader(rollup, block)));
  return new Map(headers.flatMap((header) => (header === null ? [] : [[header.number, header.timestamp] as const])));
}
