import {
  type Db,
  findBatch,
  findBlock,
  findL1Agreement,
  findLastL1Block,
  findUnadoptedBatch,
  insertAcceptedBatch,
  insertL1Block,
  insertQueueEntries,
  insertSettlement,
  type L1Header,
  loadBlockPayouts,
  markBatchAccepted,
  type QueueEntry,
  type Settlement,
  storeL1Agreement,
} from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { CairnError, hexToBytes } from "@cairn/protocol";
import { encodeHeaderFields, isAcceptedBlock } from "../batch-header.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { askAgain, type RollupEvent, readHeader, readPublishedData, readRollupEvents } from "./l1-events.ts";
import { contractPosition, findDisagreement, followEvents, hasQueue, storedPosition } from "./position.ts";
import { noteDisagreement, type TakenBack } from "./reorg.ts";

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
  /** L1's latest block. */
  readonly latest: number;
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
 * Throws `l1/queue-mismatch`, `node/l1-diverged` for circuits that are unknown here, `node/l1-unavailable`, and what RPC and database throw.
 */
export async function backfill(db: Db, rollup: L1Rollup, target: number, options: BackfillOptions): Promise<void> {
  const last = await findLastL1Block(db);
  let next = last === undefined ? options.deploymentBlock : last.number + 1;
  while (next <= target && !options.signal.aborted) {
    // The short range comes first: L1 nodes that lag a little then leave holes in the last one only, which is compared.
    const end = next + ((target - next) % options.rangeSize);
    const result = await processRange(db, rollup, { from: next, to: end, isTarget: end === target }, options);
    options.onRange?.(result, end);
    next = end + 1;
  }
}

/** L1 blocks read together, both ends included. */
interface Range {
  readonly from: number;
  readonly to: number;
  /** Whether no further range follows. */
  readonly isTarget: boolean;
}

async function processRange(db: Db, rollup: L1Rollup, range: Range, options: BackfillOptions): Promise<RangeResult> {
  const { to } = range;
  const last = await findLastL1Block(db);
  const header = await askAgain(() => readHeader(rollup, to));
  if (header === null) throw unavailable(`the L1 node does not show block ${to}`);
  const { events, gap, isAgreed } = await readEvents(db, rollup, range, options.latest);
  const timestamps = gap === null ? await readTimestamps(rollup, events) : new Map<number, number>();
  const foreign = gap === null ? await readForeignData(db, rollup, events) : new Map<number, Uint8Array>();
  await assertUnchanged(rollup, header, last);
  if (gap !== null) {
    const takenBack = await noteDisagreement(db, options.deploymentBlock, options.nowMs());
    if (takenBack !== null) options.onTakenBack?.(takenBack);
    throw unavailable(gap);
  }
  const types = new Set(events.map(({ type }) => type));
  if (types.has("queued")) crashPoint("queue-entries-read");
  if (types.has("accepted")) crashPoint("batch-accepted-unseen");
  if (types.has("settled")) crashPoint("payout-settled-unseen");
  const result = await db.transaction().execute(async (transaction) => {
    const entries = toQueueEntries(events, timestamps);
    await insertQueueEntries(transaction, entries);
    const accepted: number[] = [];
    let settled = 0;
    for (const event of events) {
      if (event.type === "accepted") {
        const isOwn = (await findUnadoptedBatch(transaction)) === undefined && (await isStored(transaction, event));
        const place = { data: foreign.get(event.number) ?? null, l1Timestamp: timestamps.get(event.block) ?? 0 };
        await accept(transaction, event, isOwn, place, options.nowMs());
        if (isOwn) accepted.push(event.firstBlock);
      } else if (event.type === "settled") {
        await insertSettlement(transaction, toSettlement(event));
        settled++;
      }
    }
    await insertL1Block(transaction, header);
    if (isAgreed) await storeL1Agreement(transaction, { block: to, disagreements: 0 });
    return { queueEntries: entries.length, accepted, settled };
  });
  if (types.has("queued")) crashPoint("queue-entries-stored");
  if (types.has("accepted")) crashPoint("batch-accepted");
  if (types.has("settled")) crashPoint("payout-settled");
  return result;
}

/** Times that events are asked for while they do not lead to what the contract says. */
const READS = 3;

/** The events of a range, and what is wrong with them, if anything is. */
async function readEvents(
  db: Db,
  rollup: L1Rollup,
  { from, to, isTarget }: Range,
  latest: number,
): Promise<{ readonly events: readonly RollupEvent[]; readonly gap: string | null; readonly isAgreed: boolean }> {
  const before = await storedPosition(db);
  const isLastAgreed = (await findLastL1Block(db))?.number === (await findL1Agreement(db)).block;
  const contract = isTarget ? await contractPosition(rollup, to, latest) : null;
  for (let read = 1; ; read++) {
    const events = await readRollupEvents(rollup, from, to);
    const led = followEvents(before, events);
    let gap = typeof led === "string" ? led : null;
    if (typeof led !== "string" && contract !== null) {
      gap = findDisagreement(led, contract, to);
      const isQueueNew = led.queueTail > before.queueTail || !isLastAgreed;
      if (gap === null && isQueueNew && !(await hasQueue(rollup, led, to))) gap = "the contract has another queue";
    }
    if (gap === null || read === READS) return { events, gap, isAgreed: contract !== null && gap === null };
  }
}

/** Throws `node/l1-unavailable` unless L1 still shows the range's last block, and the stored one below the range. */
async function assertUnchanged(rollup: L1Rollup, header: L1Header, last: L1Header | undefined): Promise<void> {
  const isOn = async ({ number, hash }: L1Header): Promise<boolean> => {
    const shown = await askAgain(() => readHeader(rollup, number));
    return shown !== null && Buffer.compare(shown.hash, hash) === 0;
  };
  const isChild = last?.number === header.number - 1 && Buffer.compare(header.parentHash, last.hash) === 0;
  if (last !== undefined && !isChild && !(await isOn(last))) {
    throw unavailable(`L1 block ${last.number} changed before block ${header.number} was read`);
  }
  if (!(await isOn(header))) throw unavailable(`L1 block ${header.number} changed while it was read`);
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
    };
  });
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
    throw unavailable(`batch ${event.number} changed here while L1 was read`);
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

/** Seconds of the L1 blocks that hold queue entries or acceptances. Throws `node/l1-unavailable` unless they are the events' blocks. */
async function readTimestamps(rollup: L1Rollup, events: readonly RollupEvent[]): Promise<Map<number, number>> {
  const hashes = new Map(
    events.flatMap(({ type, block, blockHash }) => (type === "settled" ? [] : [[block, blockHash]])),
  );
  const times = await mapTogether([...hashes], async ([block, hash]): Promise<[number, number]> => {
    const header = await askAgain(() => readHeader(rollup, block));
    if (header !== null && Buffer.compare(header.hash, hash) === 0) return [block, header.timestamp];
    throw unavailable(`the L1 node shows events of another block ${block} than it has`);
  });
  return new Map(times);
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

function unavailable(reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/l1-unavailable", reason);
}
