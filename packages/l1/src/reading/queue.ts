import { bytesToHex, EMPTY_QUEUE_HASH, encodeL1Operation, isCairnError, nextQueueHash } from "@cairn/protocol";
import type { L1Rollup } from "../connection.ts";
import { l1Error } from "../errors.ts";
import { createL1Access, type L1Access } from "./access.ts";
import { readContractState, readQueueHash } from "./contract-state.ts";
import { type QueuedEvent, readStateEvents } from "./events.ts";
import { createRangeReader, DEFAULT_RANGE_LIMITS, type RangeLimits } from "./ranges.ts";

/** Queue entries so far, and the rolling hash after them, 32 bytes. */
export interface QueueEnd {
  readonly queueTail: number;
  readonly queueHash: Uint8Array;
}

export const EMPTY_QUEUE: QueueEnd = { queueTail: 0, queueHash: EMPTY_QUEUE_HASH };

/**
 * The queue's end after one more entry. Throws `l1/events-incomplete` unless it is the next one, `l1/queue-mismatch`
 * unless it leads to its stated hash. See {@link assertQueueEnd}.
 */
export function followQueue({ queueTail, queueHash }: QueueEnd, event: QueuedEvent): QueueEnd {
  const { position: entry, operation } = event;
  if (entry !== queueTail) {
    throw l1Error("l1/events-incomplete", `queue entry ${queueTail} is missing before ${entry}`, {
      details: { entry: queueTail },
    });
  }
  const hash = nextQueueHash(queueHash, recordOf(event));
  if (bytesToHex(hash) === bytesToHex(event.queueHash)) return { queueTail: queueTail + 1, queueHash: hash };
  throw l1Error("l1/queue-mismatch", `queue entry ${entry} (${operation.type}) does not lead to its stated hash`, {
    details: { entry },
  });
}

function recordOf({ position, operation }: QueuedEvent): Uint8Array {
  try {
    return encodeL1Operation(operation);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw l1Error("l1/queue-mismatch", `queue entry ${position} is not a record that the contract can make`, {
      cause,
      details: { entry: position },
    });
  }
}

/**
 * Queue entries from `fromPosition` on, in order, up to the latest block. Throws `l1/events-incomplete` and
 * `l1/queue-mismatch` unless they are consecutive and hash to what the contract stores before and after them;
 * `l1/unavailable`, `l1/not-a-rollup`.
 *
 * @example const [first] = await readQueue(rollup, 0); // the first deposit, forced withdrawal or key change
 */
export async function readQueue(
  rollup: L1Rollup | L1Access,
  fromPosition: number,
  limits: RangeLimits = DEFAULT_RANGE_LIMITS,
): Promise<QueuedEvent[]> {
  const access = "call" in rollup ? rollup : createL1Access(rollup);
  const to = Number(await access.call("its latest block", () => access.rollup.reader.getBlockNumber()));
  const contract = await readContractState(access, to);
  let end: QueueEnd = {
    queueTail: fromPosition,
    queueHash: await readQueueHash(access, Math.min(fromPosition, contract.queueTail), to),
  };
  const queued = fromPosition < contract.queueTail ? await readBackTo(access, fromPosition, to, limits) : [];
  for (const event of queued) end = followQueue(end, event);
  assertQueueEnd(end, contract);
  return queued;
}

/** Queue events from entry `first` on, in order, found from the newest block down. */
async function readBackTo(access: L1Access, first: number, head: number, limits: RangeLimits): Promise<QueuedEvent[]> {
  const ranges = createRangeReader(access, readStateEvents, limits);
  let found: QueuedEvent[] = [];
  for (let to = head; to >= 0; ) {
    const { read, events } = await ranges.backward({ from: 0, to });
    const queued = events.flatMap((event) => (event.type === "queued" && event.position >= first ? [event] : []));
    found = [...queued, ...found];
    if (queued.some(({ position }) => position === first)) return found;
    to = read.from - 1;
  }
  return found;
}

/**
 * Throws `l1/events-incomplete`, `l1/queue-mismatch` unless the events end where the contract's queue ends.
 *
 * @example assertQueueEnd(events.reduce(followQueue, EMPTY_QUEUE), await readContractState(access, head.block));
 */
export function assertQueueEnd(
  { queueTail, queueHash }: QueueEnd,
  contract: { readonly queueTail: number; readonly queueTailHash: Uint8Array },
): void {
  if (queueTail !== contract.queueTail) {
    const message = `events show ${queueTail} queue entries, but the contract has ${contract.queueTail}`;
    throw l1Error("l1/events-incomplete", message, { details: { entry: queueTail } });
  }
  if (bytesToHex(queueHash) === bytesToHex(contract.queueTailHash)) return;
  throw l1Error("l1/queue-mismatch", `the contract has another hash after ${queueTail} queue entries`, {
    details: { entry: queueTail },
  });
}
