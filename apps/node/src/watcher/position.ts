import { type Db, findLastAcceptedBatch, findLastQueueEntry } from "@cairn/db";
import {
  type ContractCounts,
  createRangeReader,
  DEFAULT_RANGE_LIMITS,
  EMPTY_QUEUE,
  followQueue,
  type L1Access,
  l1Error,
  type QueueEnd,
  type RangeLimits,
  type RollupEvent,
  readContractCounts,
  readHead,
  readQueueHash,
  readRollupEvents,
} from "@cairn/l1";
import { type BatchHeader, isCairnError } from "@cairn/protocol";

/** The state of the rollup that a list of events leads to. */
export interface EventPosition extends QueueEnd {
  readonly batchCount: number;
  /** After the last batch; null before the first. */
  readonly end: BatchEnd | null;
}

/** What a batch leads to: the state, and all that was published, consumed and paid. */
export interface BatchEnd {
  readonly root: bigint;
  readonly history: bigint;
}

/** The position that the stored events lead to. */
export async function storedPosition(db: Db): Promise<EventPosition> {
  const [batch, entry] = [await findLastAcceptedBatch(db), await findLastQueueEntry(db)];
  return {
    batchCount: batch?.number ?? 0,
    end: batch === undefined ? null : endOf(batch.header),
    queueTail: (entry?.index ?? -1) + 1,
    queueHash: entry?.hashAfter ?? EMPTY_QUEUE.queueHash,
  };
}

/**
 * The position that events lead to from another one; or, as text, why they cannot continue it: some are missing, among
 * them or before.
 */
export function followEvents(before: EventPosition, events: readonly RollupEvent[]): EventPosition | string {
  let at = before;
  for (const event of events) {
    if (event.type === "queued") {
      try {
        at = { ...at, ...followQueue(at, event) };
      } catch (error) {
        if (!isCairnError(error)) throw error;
        return `queue entry ${event.position} does not follow the first ${at.queueTail}: ${error.message}`;
      }
    } else if (event.type === "accepted") {
      const { number, queueHead, header } = event;
      if (number !== at.batchCount + 1) return `batch ${number} does not follow batch ${at.batchCount}`;
      if (queueHead > at.queueTail) {
        return `batch ${number} consumed ${queueHead} queue entries, and ${at.queueTail} are known`;
      }
      at = { ...at, batchCount: number, end: endOf(header) };
    }
  }
  return at;
}

/** The state of the contract after an L1 block. */
export type ContractPosition = Pick<ContractCounts, "batchCount" | "queueTail"> & { readonly end: BatchEnd | null };

/** Reads that state; null if the L1 node no longer has it. Throws `l1/unavailable`, `l1/not-a-rollup`. */
export async function readContractPosition(access: L1Access, block: number): Promise<ContractPosition | null> {
  try {
    // Reading may begin before the rollup was created.
    const counts = await readContractCounts(access, block);
    return counts === null ? { batchCount: 0, end: null, queueTail: 0 } : { ...counts, end: counts };
  } catch (error) {
    if (isCairnError(error, "l1/state-missing")) return null;
    throw error;
  }
}

/**
 * How the position that events lead to at an L1 block differs from the contract's state; null if they agree.
 *
 * If the RPC has pruned the state of that block, its latest state is read instead, with the events up to there: if these
 * continue the position and lead to that state, the position is right too. So an RPC needs to keep only the states of
 * its newest blocks, and withholding a state hides nothing. Throws `l1/state-missing` if it lacks these as well.
 */
export async function compareWithContract(
  access: L1Access,
  led: EventPosition,
  { block, contract, isQueueKnown }: Comparison,
): Promise<string | null> {
  if (contract !== null) return findDisagreement(access, led, { block, contract, isQueueKnown });
  const head = await readHead(access, "latest");
  const later = await readContractPosition(access, head.block);
  if (later === null) throw l1Error("l1/state-missing", `L1 has no state of its latest block ${head.block}`);
  const atHead = followEvents(led, await readEventsBetween(access, block + 1, head.block));
  if (typeof atHead === "string") return atHead;
  return findDisagreement(access, atHead, { block: head.block, contract: later, isQueueKnown: false });
}

/** What a position is compared with. */
export interface Comparison {
  readonly block: number;
  /** Null if the L1 node does not have it. */
  readonly contract: ContractPosition | null;
  /** Whether the queue was compared before and has not changed since. */
  readonly isQueueKnown: boolean;
}

async function findDisagreement(
  access: L1Access,
  led: EventPosition,
  { block, contract, isQueueKnown }: Comparison & { readonly contract: ContractPosition },
): Promise<string | null> {
  const at = `the contract has at L1 block ${block}`;
  if (led.batchCount !== contract.batchCount) {
    return `L1's events show ${led.batchCount} batches, ${contract.batchCount} ${at}`;
  }
  if (led.queueTail !== contract.queueTail) {
    return `L1's events show ${led.queueTail} queue entries, ${contract.queueTail} ${at}`;
  }
  if (led.end !== null && led.end.root !== contract.end?.root) return `L1's events lead to another root than ${at}`;
  if (led.end !== null && led.end.history !== contract.end?.history) {
    return `L1's events lead to another history than ${at}`;
  }
  if (isQueueKnown) return null;
  const hash = await readQueueHash(access, led.queueTail, block);
  return Buffer.compare(hash, led.queueHash) === 0 ? null : "the contract has another queue";
}

function endOf({ newRoot, newHistory }: BatchHeader): BatchEnd {
  return { root: newRoot, history: newHistory };
}

/** All events of the rollup between two L1 blocks, both included. Throws `l1/unavailable`, `l1/history-pruned`. */
export async function readEventsBetween(
  access: L1Access,
  first: number,
  last: number,
  limits: RangeLimits = DEFAULT_RANGE_LIMITS,
): Promise<readonly RollupEvent[]> {
  const ranges = createRangeReader(access, readRollupEvents, limits);
  const all: RollupEvent[] = [];
  for (let from = first; from <= last; ) {
    const { read, events } = await ranges.forward({ from, to: last });
    all.push(...events);
    from = read.to + 1;
  }
  return all;
}
