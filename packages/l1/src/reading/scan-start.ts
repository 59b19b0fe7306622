import { isCairnError } from "@cairn/protocol";
import { l1Error } from "../errors.ts";
import type { L1Access } from "./access.ts";
import type { ContractCounts } from "./contract-state.ts";
import { readStateEvents } from "./events.ts";
import { createRangeReader, DEFAULT_RANGE_LIMITS, type RangeLimits } from "./ranges.ts";

/** Batches and queue entries that are known already. */
export interface KnownEvents {
  readonly batch: number;
  readonly queuePosition: number;
}

/**
 * Reads from a block that should suffice, and if events turn out to be missing, from the true start. Throws as both
 * functions.
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
      if (!isCairnError(error, "l1/events-incomplete")) throw error;
    }
  }
  return read(await findBegin());
}

/**
 * Where reading has to begin: at the creation of the rollup or, where the RPC has pruned old states, at the first event
 * that is not known. Throws as {@link findDeploymentBlock} and {@link findScanStart}.
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
  if (deployed !== null) return deployed;
  const wanted = {
    batch: batch < batchCount ? batch + 1 : null,
    entry: queuePosition < queueTail ? queuePosition : null,
  };
  return findScanStart(access, wanted, head, limits);
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
 * but no old states, or no old events. Throws `l1/events-incomplete` at block 0, `l1/unavailable`.
 */
export async function findScanStart(
  access: L1Access,
  wanted: Wanted,
  head: number,
  limits: RangeLimits = DEFAULT_RANGE_LIMITS,
): Promise<number> {
  const ranges = createRangeReader(access, readStateEvents, limits);
  let [batchBlock, entryBlock] = [wanted.batch === null ? head : null, wanted.entry === null ? head : null];
  for (let to = head; to >= 0; ) {
    const { read, events } = await ranges.backward({ from: 0, to });
    for (const event of events) {
      if (event.type === "accepted" && event.number === wanted.batch) batchBlock ??= event.block;
      if (event.type === "queued" && event.position === wanted.entry) entryBlock ??= event.block;
    }
    if (batchBlock !== null && entryBlock !== null) return Math.min(batchBlock, entryBlock);
    to = read.from - 1;
  }
  const [what, number] = batchBlock === null ? ["batch", wanted.batch] : ["queue entry", wanted.entry];
  throw l1Error("l1/events-incomplete", `L1 returns no event of ${what} ${number}`, { details: { ...wanted } });
}
