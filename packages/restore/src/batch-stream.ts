import {
  type AcceptedEvent,
  type BlobAccess,
  type CommitmentReader,
  createCommitmentReader,
  createRangeReader,
  type EventPlace,
  followQueue,
  gatherChecks,
  insist,
  type L1Access,
  type L1Range,
  l1Error,
  type QueuedEvent,
  type QueueEnd,
  type RangeLimits,
  type ReadRange,
  type RollupEvent,
  readBlock,
  readPublishedBatch,
  readRollupEvents,
  readStateEvents,
  type SettledEvent,
} from "@cairn/l1";
import { bytesToHex, concatBytes, encodeL1Operation, isSameBytes, type L1Operation } from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { batchMismatch, isTimeOf } from "./chain-position.ts";
import {
  type ArchivedSettlement,
  type BatchOrigin,
  commitmentOf,
  type L1Origin,
  type PublishedBatch,
  type PublishedRecord,
} from "./published-batch.ts";
import type { WaitingEntry } from "./stored-records.ts";

/** Transactions fetched at a time. */
export const DEFAULT_CONCURRENCY = 24;

/** What {@link readBatches} reads. */
export interface BatchStreamOptions {
  /** Position in the chain of batches; earlier ones are skipped. */
  readonly after: ChainPosition;
  /** Queue entries that wait at this position and are known already; their events are skipped. None by default. */
  readonly waiting?: readonly WaitingEntry[];
  readonly range: L1Range;
  /** Number of batches in the contract at the end of the range, where commitments are read. */
  readonly batchCount: number;
  /** Where the blobs of batches are; without, batches in blobs cannot be read. */
  readonly blobs?: BlobAccess;
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
  /** Also what became of payouts, as archives keep it; only the batches by default. */
  readonly withSettlements?: boolean;
}

/** The queue after the events of a range. */
export interface QueueLeft {
  /** Entries that no batch consumed, in order. */
  waiting(): readonly WaitingEntry[];
  /** Entries so far, and the rolling hash after them. */
  end(): QueueEnd;
}

/** Batches from L1, and the queue that they leave. */
export interface BatchStream {
  /**
   * The batches in order, and between them, if asked for, the settlements of payouts that L1 shows after the batch of the
   * position. For each batch, transaction and event agree, the transaction is to the rollup, the contract
   * committed to header, data commitment and payouts, and its queue entries are those of the queue's events;
   * `followPublishedBatch` checks the rest. Throws `l1/unavailable`, `l1/state-missing`, `l1/events-incomplete`,
   * `l1/bad-events`, `l1/batch-mismatch`, `l1/blob-unavailable`, `l1/queue-mismatch`, `restore/batch-mismatch`.
   */
  readonly records: AsyncGenerator<PublishedRecord, void, void>;
  /** Once the records have ended. */
  readonly queue: QueueLeft;
}

/** Reads batches from events, calldata and blobs, many transactions at a time. */
export function readBatches(access: L1Access, options: BatchStreamOptions): BatchStream {
  const queue = createQueue(options.after, options.waiting ?? []);
  return { records: streamRecords(access, options, queue), queue };
}

async function* streamRecords(
  access: L1Access,
  options: BatchStreamOptions,
  queue: Queue,
): AsyncGenerator<PublishedRecord, void, void> {
  const { after, range, batchCount, concurrency = DEFAULT_CONCURRENCY, withSettlements = false } = options;
  const commitments = createCommitmentReader(access, batchCount, range.to);
  const readEvents: ReadRange<RollupEvent> = withSettlements ? readRollupEvents : readStateEvents;
  const ranges = createRangeReader(access, readEvents, options.limits);
  const { blobs, reading, needed } = gatherChecks(options.blobs);
  const inFlight: Promise<PublishedRecord>[] = [];
  let settled: ArchivedSettlement[] = [];
  let next = after.batch + 1;
  const putSettled = (): void => {
    if (settled.length > 0) inFlight.push(Promise.resolve({ type: "settlements", settlements: settled }));
    settled = [];
  };
  for (let from = range.from; from <= range.to; ) {
    const { read, events } = await ranges.forward({ from, to: range.to });
    for (const event of events) {
      if (event.type === "queued") {
        queue.add(event);
        continue;
      }
      if (event.type === "settled") {
        settled.push(toSettlement(event));
        continue;
      }
      if (event.number <= after.batch) {
        // Settled before that batch: known with it.
        settled = [];
        continue;
      }
      if (event.number !== next) throw missingBatch(next, event.number);
      next++;
      putSettled();
      const taken = queue.consume(event);
      const fetched = reading(() => fetchRecord(access, event, taken, { commitments, blobs }));
      // Awaited in order below; an early failure must not count as unhandled.
      fetched.catch(() => {});
      inFlight.push(fetched);
      while (inFlight.length >= concurrency) {
        const [oldest] = inFlight.splice(0, 1);
        if (oldest !== undefined) yield await needed(oldest);
      }
    }
    from = read.to + 1;
  }
  putSettled();
  for (const fetched of inFlight) yield await needed(fetched);
  if (next <= batchCount) throw missingBatch(next, null);
}

interface Queue extends QueueLeft {
  /** Throws `l1/events-incomplete`, `l1/queue-mismatch`. */
  add(event: QueuedEvent): void;
  /** Takes the entries that a batch consumes. Throws `l1/events-incomplete` when there are too few. */
  consume(batch: AcceptedEvent): ConsumedEntries;
}

/** Entries that a batch consumes. */
interface ConsumedEntries {
  readonly operations: readonly L1Operation[];
  readonly origins: readonly L1Origin[];
  /** L1 block of the oldest entry left; null when none is. */
  readonly oldestBlock: number | null;
}

/** A queue in which `known` wait; events of these and of earlier entries are skipped. */
function createQueue({ queuePosition, queueHash }: ChainPosition, known: readonly WaitingEntry[]): Queue {
  const firstNew = queuePosition + known.length;
  let waiting = [...known];
  let end: QueueEnd = { queueTail: firstNew, queueHash: known.at(-1)?.queueHash ?? queueHash };
  return {
    add(event) {
      if (event.position < firstNew) return;
      end = followQueue(end, event);
      const { position, operation, submitterFee } = event;
      waiting.push({ position, operation, queueHash: end.queueHash, submitterFee, origin: originOf(event) });
    },
    consume({ number, queueHead }) {
      const head = end.queueTail - waiting.length;
      const count = queueHead - head;
      if (count < 0) throw batchMismatch(number, "queueHead", `leaves the queue head at ${queueHead}, behind ${head}`);
      if (count > waiting.length) {
        const message = `a batch consumes ${count} entries, but only ${waiting.length} are known`;
        throw l1Error("l1/events-incomplete", message, { details: { entry: end.queueTail } });
      }
      const taken = waiting.slice(0, count);
      if (count > 0) waiting = waiting.slice(count);
      return {
        operations: taken.map(({ operation }) => operation),
        origins: taken.map(({ origin }) => origin),
        oldestBlock: waiting[0]?.origin.l1Block ?? null,
      };
    },
    waiting: () => waiting,
    end: () => end,
  };
}

/** What the batches of a stream have in common. */
interface FetchDeps {
  readonly commitments: CommitmentReader;
  readonly blobs: BlobAccess | undefined;
}

async function fetchRecord(
  access: L1Access,
  event: AcceptedEvent,
  { operations, origins: entryOrigins, oldestBlock }: ConsumedEntries,
  { commitments, blobs }: FetchDeps,
): Promise<PublishedRecord> {
  const { number, header, dataCommitment, payoutsHash, block, submitter } = event;
  const content = await readPublishedBatch(access, event, blobs);
  if (!isSameBytes(recordsOf(content.l1Operations), recordsOf(operations))) {
    throw batchMismatch(number, "l1Operations", "has other queue entries than those before its queue head");
  }
  const origin: BatchOrigin = {
    ...originOf(event),
    l1Timestamp: await timeOf(access, event),
    resumeBlock: Math.min(block, oldestBlock ?? block),
    submitter,
  };
  const named = { number, header, dataCommitment, payoutsHash, chains: null, origin, entryOrigins };
  const batch: PublishedBatch = { ...content, ...named };
  if ((await commitments.of(number)) !== commitmentOf(batch)) {
    throw batchMismatch(number, "commitment", "is not the one that the contract committed to");
  }
  return { type: "batch", batch };
}

/** The L1 time of a batch: as the event says it, where the contract can have accepted the batch then, or else the block. */
async function timeOf(access: L1Access, event: AcceptedEvent): Promise<number> {
  const { timestamp, block, blockHash, header } = event;
  if (timestamp !== null && isTimeOf(header, timestamp)) return timestamp;
  const shown = await insist(() => readBlock(access, block));
  if (shown?.hash === bytesToHex(blockHash)) return shown.timestamp;
  throw l1Error("l1/unavailable", `the L1 node does not show block ${block}, whose events it shows`);
}

function originOf({ block, blockHash, transaction }: EventPlace): L1Origin {
  return { l1Block: block, l1BlockHash: blockHash, transactionHash: transaction };
}

function toSettlement(event: SettledEvent): ArchivedSettlement {
  const { batch, position, status, block: l1Block, transaction: transactionHash } = event;
  return { batch, position, status, l1Block, transactionHash };
}

function recordsOf(operations: readonly L1Operation[]): Uint8Array {
  return concatBytes(...operations.map(encodeL1Operation));
}

function missingBatch(batch: number, found: number | null) {
  const before = found === null ? "" : ` before ${found}`;
  return l1Error("l1/events-incomplete", `the event of batch ${batch} is missing${before}`, { details: { batch } });
}
