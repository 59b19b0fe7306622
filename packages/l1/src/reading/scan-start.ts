import { isCairnError } from "@cairn/protocol";
import { l1Error } from "../errors.ts";
import type { L1Access } from "./access.ts";
import type { ContractCounts } from "./contract-state.ts";
import { type AcceptedEvent, type QueuedEvent, readStateEvents } from "./events.ts";
import {
  createRangeReader,
  DEFAULT_RANGE_LIMITS,
  type RangeLimits,
  type RangeRead,
  type RangeReader,
} from "./ranges.ts";

/** Batches and queue entries that are known already. */
export interface KnownEvents {
  readonly batch: number;
  readonly queuePosition: number;
}

/**
 * Reads from a block that should suffice, and if events turn out to be missing or the RPC has forgotten that block, from the
 * true start. Throws as both functions.
 *
 * @example const events = await readFromHint(hint, readFrom, () => findStart(access, known, counts, head.block));
 */
export async function readFromHint<T>(
  hint: number | null,
  read: (from: number) => Promise<T>,
  findBegin: () => Promise<number>,
): Promise<T> {
  if (hint !== null) {
    try {
      return await read(hint);
    } catch (error) {
      const isForgotten = isCairnError(error, "l1/history-pruned");
      if (!isForgotten && !isCairnError(error, "l1/events-incomplete")) throw error;
    }
  }
  return read(await findBegin());
}

/**
 * Where reading has to begin: at the creation of the rollup or, where the RPC has pruned old states or events, at the first
 * event that is not known. Throws as {@link findDeploymentBlock} and {@link findScanStart}.
 *
 * @example const from = await findStart(access, { batch: 0, queuePosition: 0 }, counts, head.block);
 */
export async function findStart(
  access: L1Access,
  { batch, queuePosition }: KnownEvents,
  { batchCount, queueTail }: Pick<ContractCounts, "batchCount" | "queueTail">,
  head: number,
  limits: RangeLimits = DEFAULT_RANGE_LIMITS,
): Promise<number> {
  const deployed = await findDeploymentBlock(access, head);
  if (deployed !== null && (await remembersEvents(access, deployed))) return deployed;
  const wanted = {
    batch: batch < batchCount ? batch + 1 : null,
    entry: queuePosition < queueTail ? queuePosition : null,
  };
  return findScanStart(access, wanted, head, limits);
}

/** False for an RPC that keeps old states, but says that it has no events that old. */
async function remembersEvents(access: L1Access, block: number): Promise<boolean> {
  try {
    await createRangeReader(access, readStateEvents).forward({ from: block, to: block });
    return true;
  } catch (error) {
    if (isCairnError(error, "l1/history-pruned")) return false;
    throw error;
  }
}

/** What is still missing: the next batch and the next queue entry, if any. */
export interface Wanted {
  readonly batch: number | null;
  readonly entry: number | null;
}

/**
 * L1 block of the rollup's creation, found as the first block with its code; null where the RPC no longer knows the
 * state of old blocks. Throws `l1/not-a-rollup`, `l1/unavailable`.
 *
 * @example const from = (await findDeploymentBlock(access, head.block)) ?? 0;
 */
export async function findDeploymentBlock({ rollup, call }: L1Access, head: number): Promise<number | null> {
  const { reader, address } = rollup;
  const hasCode = async (block: number): Promise<boolean> => {
    const code = await reader.getCode({ address, blockNumber: BigInt(block) });
    return code !== undefined && code !== "0x";
  };
  if (!(await call("the rollup's code", () => hasCode(head)))) {
    throw l1Error("l1/not-a-rollup", `there is no contract at ${address}`);
  }
  let [without, withCode] = [-1, head];
  while (withCode - without > 1) {
    const middle = Math.floor((without + withCode) / 2);
    try {
      if (await hasCode(middle)) withCode = middle;
      else without = middle;
    } catch {
      return null;
    }
  }
  return withCode;
}

/**
 * The block after which everything wanted is found, by reading events from `head` down; for RPCs that keep events
 * but no old states, or no old events. Throws `l1/events-incomplete` at block 0 or where the RPC's memory ends:
 * `details.shown` names the first batch, queue entry and L1 block that it shows; `l1/unavailable`.
 */
export async function findScanStart(
  access: L1Access,
  wanted: Wanted,
  head: number,
  limits: RangeLimits = DEFAULT_RANGE_LIMITS,
): Promise<number> {
  const ranges = createRangeReader(access, readStateEvents, limits);
  let [batchBlock, entryBlock] = [wanted.batch === null ? head : null, wanted.entry === null ? head : null];
  let shown: ShownEvents = { batch: null, entry: null, block: head };
  for (let to = head; to >= 0; ) {
    const found = await readBackward(ranges, to);
    if (found === null) break;
    const { read, events } = found;
    for (const event of events) {
      if (event.type === "accepted" && event.number === wanted.batch) batchBlock ??= event.block;
      if (event.type === "queued" && event.position === wanted.entry) entryBlock ??= event.block;
    }
    if (batchBlock !== null && entryBlock !== null) return Math.min(batchBlock, entryBlock);
    shown = { ...firstOf(events, shown), block: read.from };
    to = read.from - 1;
  }
  const [what, number] = batchBlock === null ? ["batch", wanted.batch] : ["queue entry", wanted.entry];
  const message = `L1 returns no event of ${what} ${number}`;
  throw l1Error("l1/events-incomplete", message, { details: { ...wanted, shown } });
}

/** The first batch and queue entry whose events an RPC shows, and the L1 block down to which it answers. */
export interface ShownEvents {
  readonly batch: number | null;
  readonly entry: number | null;
  readonly block: number;
}

/** The next range down; null where the RPC has forgotten it. */
async function readBackward(
  ranges: RangeReader<QueuedEvent | AcceptedEvent>,
  to: number,
): Promise<RangeRead<QueuedEvent | AcceptedEvent> | null> {
  try {
    return await ranges.backward({ from: 0, to });
  } catch (error) {
    if (isCairnError(error, "l1/history-pruned")) return null;
    throw error;
  }
}

function firstOf(events: readonly (QueuedEvent | AcceptedEvent)[], { batch, entry }: ShownEvents) {
  const accepted = events.find((event) => event.type === "accepted");
  const queued = events.find((event) => event.type === "queued");
  return { batch: accepted?.number ?? batch, entry: queued?.position ?? entry };
}
