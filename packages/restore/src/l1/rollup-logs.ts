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

/** Reads the events of one kind in a range; sorted, checked to be what was asked for. */
export type ReadLogs<Log> = (access: L1Access, range: L1Range) => Promise<readonly Log[]>;

/** The width of ranges that an RPC takes, learnt as it goes: halved when one is refused, doubled when they are not. */
export interface RangeReader<Log> {
  /** Events from `range.from` on, up to as far as the RPC goes at once: in `read`, both ends included. */
  forward(range: L1Range): Promise<{ readonly read: L1Range; readonly logs: readonly Log[] }>;
  /** The same from `range.to` down. */
  backward(range: L1Range): Promise<{ readonly read: L1Range; readonly logs: readonly Log[] }>;
}

/**
 * Reads ranges of events. Both throw `restore/l1-unavailable` when not even one block can be read, and what `readLogs` throws
 * of its own.
 */
export function createRangeReader<Log>(
  access: L1Access,
  readLogs: ReadLogs<Log>,
  limits: ScanLimits = DEFAULT_SCAN_LIMITS,
): RangeReader<Log> {
  let span = limits.firstSpan;
  let ceiling = limits.maxSpan;

  const readWithin = async (pick: (span: number) => L1Range) => {
    for (;;) {
      access.throwIfAborted();
      const read = pick(span);
      try {
        const logs = await (read.from === read.to
          ? access.call(`the events of block ${read.from}`, () => readLogs(access, read))
          : readLogs(access, read));
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

/** Batches and queue entries. Throws `restore/events-incomplete` when what comes back was not asked for. */
export const readRollupLogs: ReadLogs<RollupLog> = async ({ rollup }, range) => {
  const { address, reader } = rollup;
  const blocks = { fromBlock: BigInt(range.from), toBlock: BigInt(range.to) };
  return orderedLogs(await reader.getLogs({ address, events: EVENTS, strict: true, ...blocks }), rollup, range);
};

/** Checks that the events were asked for, and puts them in order. Throws `restore/events-incomplete`. */
export function orderedLogs<Log extends PlacedLog>(
  logs: readonly Log[],
  { address }: L1Access["rollup"],
  { from, to }: L1Range,
): readonly Log[] {
  for (const log of logs) {
    const isAsked = log.blockNumber >= BigInt(from) && log.blockNumber <= BigInt(to);
    if (log.address.toLowerCase() !== address.toLowerCase() || !isAsked) {
      throw restoreError(
        "restore/events-incomplete",
        `L1 answers with an event of ${log.transactionHash}, not asked for`,
      );
    }
  }
  return [...logs].sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
}

interface PlacedLog {
  readonly address: string;
  readonly blockNumber: bigint;
  readonly logIndex: number;
  readonly transactionHash: string;
}

/** What of a queue entry's event is no record. */
export interface EntryPlace extends Pick<WaitingEntry, "position" | "submitterFee" | "l1Block"> {}

/** Where the event puts its entry. */
export function placeOfEntry({ args, blockNumber }: QueuedLog): EntryPlace {
  return { position: Number(args.position), submitterFee: args.submitterFee, l1Block: Number(blockNumber) };
}
