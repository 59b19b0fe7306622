import { rollupAbi } from "@cairn/contracts";
import { CairnError } from "@cairn/protocol";
import { type GetLogsReturnType, getAbiItem } from "viem";
import { restoreError } from "../errors.ts";
import type { WaitingEntry } from "../stored-records.ts";
import type { L1Access } from "./access.ts";

/** Events that the state is rebuilt from. */
const EVENTS = [
  getAbiItem({ abi: rollupAbi, name: "L1OperationQueued" }),
  getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" }),
] as const;

/** Such an event, decoded. */
export type RollupLog = GetLogsReturnType<undefined, typeof EVENTS, true, bigint, bigint>[number];
/** The event of a queue entry. */
export type QueuedLog = Extract<RollupLog, { eventName: "L1OperationQueued" }>;
/** The event of a batch. */
export type BatchLog = Extract<RollupLog, { eventName: "BatchSubmitted" }>;

/** L1 blocks, both ends included. */
export interface L1Range {
  readonly from: number;
  readonly to: number;
}

/** L1 blocks asked for at once: at first, and at most. */
export interface ScanLimits {
  readonly firstSpan: number;
  readonly maxSpan: number;
}

export const DEFAULT_SCAN_LIMITS: ScanLimits = { firstSpan: 2_000, maxSpan: 50_000 };

/** By how much the width that may be tried grows with each range read, so that one bad moment does not slow all that follows. */
const CEILING_GROWTH = 1.05;

/** The width of ranges that an RPC takes, learnt as it goes: halved when one is refused, doubled when they are not. */
export interface RangeReader {
  /** The rollup's events from `range.from` on, up to as far as the RPC goes at once: in `read`, both ends included. */
  forward(range: L1Range): Promise<{ readonly read: L1Range; readonly logs: readonly RollupLog[] }>;
  /** The same from `range.to` down. */
  backward(range: L1Range): Promise<{ readonly read: L1Range; readonly logs: readonly RollupLog[] }>;
}

/**
 * Reads ranges of events. Both throw `restore/l1-unavailable` when not even one block can be read, `restore/events-incomplete`
 * when what comes back was not asked for.
 */
export function createRangeReader(access: L1Access, limits: ScanLimits = DEFAULT_SCAN_LIMITS): RangeReader {
  let span = limits.firstSpan;
  let ceiling = limits.maxSpan;

  const readWithin = async (pick: (span: number) => L1Range) => {
    for (;;) {
      access.throwIfAborted();
      const read = pick(span);
      try {
        const logs = read.from === read.to ? await readRetrying(access, read) : await readLogs(access, read);
        span = Math.min(ceiling, span * 2);
        ceiling = Math.min(limits.maxSpan, Math.ceil(ceiling * CEILING_GROWTH) + 1);
        return { read, logs };
      } catch (error) {
        if (error instanceof CairnError || read.from === read.to) throw error;
        const refused = read.to - read.from + 1;
        span = Math.max(1, Math.floor(refused / 2));
        ceiling = Math.max(span, Math.floor((refused * 3) / 4));
      }
    }
  };

  return {
    forward: ({ from, to }) => readWithin((width) => ({ from, to: Math.min(to, from + width - 1) })),
    backward: ({ from, to }) => readWithin((width) => ({ from: Math.max(from, to - width + 1), to })),
  };
}

function readRetrying(access: L1Access, range: L1Range): Promise<readonly RollupLog[]> {
  return access.call(`the events of block ${range.from}`, () => readLogs(access, range));
}

async function readLogs({ rollup }: L1Access, { from, to }: L1Range): Promise<readonly RollupLog[]> {
  const logs = await rollup.reader.getLogs({
    address: rollup.address,
    events: EVENTS,
    fromBlock: BigInt(from),
    toBlock: BigInt(to),
    strict: true,
  });
  for (const { address, blockNumber, transactionHash } of logs) {
    const isAsked = blockNumber >= BigInt(from) && blockNumber <= BigInt(to);
    if (address.toLowerCase() !== rollup.address.toLowerCase() || !isAsked) {
      throw restoreError("restore/events-incomplete", `L1 answers with an event of ${transactionHash}, not asked for`);
    }
  }
  return [...logs].sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
}

/** What of a queue entry's event is no record. */
export interface EntryPlace extends Pick<WaitingEntry, "position" | "submitterFee" | "l1Block"> {}

/** Where the event puts its entry. */
export function placeOfEntry({ args, blockNumber }: QueuedLog): EntryPlace {
  return { position: Number(args.position), submitterFee: args.submitterFee, l1Block: Number(blockNumber) };
}
