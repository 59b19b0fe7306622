import { batchCommitment } from "@cairn/contracts";
import {
  type AcceptedEvent,
  type CommitmentReader,
  createCommitmentReader,
  createRangeReader,
  followQueue,
  type L1Access,
  type L1Range,
  l1Error,
  type QueuedEvent,
  type QueueEnd,
  type RangeLimits,
  readPublishedData,
  readStateEvents,
} from "@cairn/l1";
import type { ChainPosition } from "@cairn/vm";
import { batchMismatch } from "./chain-position.ts";
import type { PublishedBatch } from "./published-batch.ts";
import type { WaitingEntry } from "./stored-records.ts";

/** Transactions fetched at a time. */
export const DEFAULT_CONCURRENCY = 24;

/** What {@link readBatches} reads. */
export interface BatchStreamOptions {
  /** Position in the chain of batches; earlier ones are skipped. */
  readonly after: ChainPosition;
  readonly range: L1Range;
  /** Number of batches in the contract at the end of the range, where commitments are read. */
  readonly batchCount: number;
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
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
   * The batches in order. For each, transaction and event agree, the transaction is to the rollup, and header and data
   * hash are those that the contract committed to; `followBatch` checks the rest. Throws `l1/unavailable`,
   * `l1/state-missing`, `l1/events-incomplete`, `l1/bad-events`, `l1/batch-mismatch`, `l1/queue-mismatch`,
   * `restore/batch-mismatch`.
   */
  readonly batches: AsyncGenerator<PublishedBatch, void, void>;
  /** Once the batches have ended. */
  readonly queue: QueueLeft;
}

/** Reads batches from events and calldata, many transactions at a time. */
export function readBatches(access: L1Access, options: BatchStreamOptions): BatchStream {
  const queue = createQueue(options.after);
  return { batches: streamBatches(access, options, queue), queue };
}

async function* streamBatches(
  access: L1Access,
  options: BatchStreamOptions,
  queue: Queue,
): AsyncGenerator<PublishedBatch, void, void> {
  const { after, range, batchCount, concurrency = DEFAULT_CONCURRENCY } = options;
  const commitments = createCommitmentReader(access, batchCount, range.to);
  const ranges = createRangeReader(access, readStateEvents, options.limits);
  const inFlight: Promise<PublishedBatch>[] = [];
  let next = after.batch + 1;
  for (let from = range.from; from <= range.to; ) {
    const { read, events } = await ranges.forward({ from, to: range.to });
    for (const event of events) {
      if (event.type === "queued") {
        queue.add(event);
        continue;
      }
      if (event.number <= after.batch) continue;
      if (event.number !== next) throw missingBatch(next, event.number);
      next++;
      const taken = takeEntries(queue, event);
      const fetched = fetchBatch(access, event, taken, commitments);
      // Awaited in order below; an early failure must not count as unhandled.
      fetched.catch(() => {});
      inFlight.push(fetched);
      const [oldest] = inFlight.length < concurrency ? [] : inFlight.splice(0, 1);
      if (oldest !== undefined) yield await oldest;
    }
    from = read.to + 1;
  }
  for (const fetched of inFlight) yield await fetched;
  if (next <= batchCount) throw missingBatch(next, null);
}

interface Queue extends QueueLeft {
  /** Throws `l1/events-incomplete`, `l1/queue-mismatch`. */
  add(event: QueuedEvent): void;
  /** Takes entries from the head. Throws `l1/events-incomplete` when there are too few. */
  consume(count: number): readonly WaitingEntry[];
}

/** A queue whose entries before the position are already known; their events are skipped. */
function createQueue({ queuePosition, queueHash }: ChainPosition): Queue {
  let waiting: WaitingEntry[] = [];
  let end: QueueEnd = { queueTail: queuePosition, queueHash };
  return {
    add(event) {
      if (event.position < queuePosition) return;
      end = followQueue(end, event);
      const { position, operation, submitterFee, block } = event;
      waiting.push({ position, operation, queueHash: end.queueHash, submitterFee, l1Block: block });
    },
    consume(count) {
      if (count > waiting.length) {
        const message = `a batch consumes ${count} entries, but only ${waiting.length} are known`;
        throw l1Error("l1/events-incomplete", message, { details: { entry: end.queueTail } });
      }
      const taken = waiting.slice(0, count);
      if (count > 0) waiting = waiting.slice(count);
      return taken;
    },
    waiting: () => waiting,
    end: () => end,
  };
}

interface TakenEntries {
  readonly entries: readonly WaitingEntry[];
  readonly resumeBlock: number;
}

function takeEntries(queue: Queue, { number, header, queueHead, block }: AcceptedEvent): TakenEntries {
  const entries = queue.consume(header.l1OperationCount);
  const [oldest] = queue.waiting();
  const head = queue.end().queueTail - queue.waiting().length;
  if (queueHead !== head) {
    throw batchMismatch(number, "queueHead", `leaves the queue head at ${queueHead}, not ${head}`);
  }
  return { entries, resumeBlock: Math.min(block, oldest?.l1Block ?? block) };
}

async function fetchBatch(
  access: L1Access,
  event: AcceptedEvent,
  { entries, resumeBlock }: TakenEntries,
  commitments: CommitmentReader,
): Promise<PublishedBatch> {
  const { number, header, dataHash, queueHash, block, transaction } = event;
  const batch: PublishedBatch = {
    number,
    header,
    dataHash,
    publishedData: await readPublishedData(access, event),
    l1Operations: entries.map(({ operation }) => operation),
    queueHash,
    origin: { l1Block: block, transactionHash: transaction, resumeBlock },
  };
  if ((await commitments.of(number)) !== batchCommitment(batch)) {
    throw batchMismatch(number, "commitment", "is not the one that the contract committed to");
  }
  return batch;
}

function missingBatch(batch: number, found: number | null) {
  const before = found === null ? "" : ` before ${found}`;
  return l1Error("l1/events-incomplete", `the event of batch ${batch} is missing${before}`, { details: { batch } });
}
