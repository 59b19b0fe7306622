import { isCairnError } from "@cairn/protocol";
import type { ChainPosition } from "../chain-position.ts";
import { type RestoreErrorCode, restoreError } from "../errors.ts";
import type { L1Access } from "./access.ts";
import type { ContractState } from "./contract-state.ts";
import { createRangeReader, type RangeReader, type RollupLog, readRollupLogs } from "./rollup-logs.ts";

/** Reads from a block that should do, and if events turn out to be missing, from where it must. Throws as both functions. */
export async function readFromHint<T>(
  hint: number | null,
  read: (from: number) => Promise<T>,
  findBegin: () => Promise<number>,
): Promise<T> {
  if (hint !== null) {
    try {
      return await read(hint);
    } catch (error) {
      if (!isCairnError<RestoreErrorCode>(error, "restore/events-incomplete")) throw error;
    }
  }
  return read(await findBegin());
}

/** Where reading has to begin: at the creation of the rollup, or else at the first event that is still needed. Throws as both. */
export async function findStart(
  access: L1Access,
  { batch, queuePosition }: Pick<ChainPosition, "batch" | "queuePosition">,
  { batchCount, queueTail }: Pick<ContractState, "batchCount" | "queueTail">,
  head: number,
): Promise<number> {
  const deployed = await findDeploymentBlock(access, head);
  if (deployed !== null) return deployed;
  const wanted = {
    batch: batch < batchCount ? batch + 1 : null,
    entry: queuePosition < queueTail ? queuePosition : null,
  };
  return findScanStart(access, wanted, head);
}

/** What must still come: the next batch and the next queue entry, where there are any. */
export interface Wanted {
  readonly batch: number | null;
  readonly entry: number | null;
}

/**
 * L1 block of the rollup's creation, by looking for the first block with its code; null where the RPC no longer knows the
 * state of old blocks. Throws `restore/not-a-rollup`, `restore/l1-unavailable`.
 */
export async function findDeploymentBlock({ rollup, call }: L1Access, head: number): Promise<number | null> {
  const { reader, address } = rollup;
  const hasCode = async (block: number): Promise<boolean> => {
    const code = await reader.getCode({ address, blockNumber: BigInt(block) });
    return code !== undefined && code !== "0x";
  };
  if (!(await call("the rollup's code", () => hasCode(head)))) {
    throw restoreError("restore/not-a-rollup", `there is no contract at ${address}`);
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
 * The block from which on all that is wanted is found, by reading events from `head` down; for RPCs that keep events
 * but no old states, or no old events. Throws `restore/events-incomplete` at block 0, `restore/l1-unavailable`.
 */
export async function findScanStart(
  access: L1Access,
  wanted: Wanted,
  head: number,
  ranges: RangeReader<RollupLog> = createRangeReader(access, readRollupLogs),
): Promise<number> {
  let [batchBlock, entryBlock] = [wanted.batch === null ? head : null, wanted.entry === null ? head : null];
  for (let to = head; to >= 0; ) {
    const { read, logs } = await ranges.backward({ from: 0, to });
    for (const { eventName, args, blockNumber } of logs) {
      const block = Number(blockNumber);
      if (eventName === "BatchSubmitted" && Number(args.batchNumber) === wanted.batch) batchBlock ??= block;
      if (eventName === "L1OperationQueued" && Number(args.position) === wanted.entry) entryBlock ??= block;
    }
    if (batchBlock !== null && entryBlock !== null) return Math.min(batchBlock, entryBlock);
    to = read.from - 1;
  }
  const [what, number] = batchBlock === null ? ["batch", wanted.batch] : ["queue entry", wanted.entry];
  throw restoreError("restore/events-incomplete", `L1 shows no event of ${what} ${number}`, { details: { ...wanted } });
}
