import type { Address } from "viem";
import { l1Error } from "../errors.ts";
import type { L1Range } from "./ranges.ts";

/** The checked parts of an event; null where an RPC shows one that is not mined yet. */
export interface PlacedLog {
  readonly address: string;
  readonly blockNumber: bigint | null;
  readonly blockHash: string | null;
  readonly transactionHash: string | null;
  readonly logIndex: number | null;
  readonly removed?: boolean;
  readonly data?: unknown;
  readonly topics?: unknown;
}

/**
 * Events as they are on the chain: in order, each once, without removed ones and those not mined yet.
 * Throws `l1/bad-events` for events that were not asked for or contradict each other.
 *
 * @example const logs = cleanLogs(await reader.getContractEvents(query), address, range);
 */
export function cleanLogs<Log extends PlacedLog>(
  logs: readonly Log[],
  address: Address,
  range: L1Range,
): readonly Log[] {
  const mined = logs.filter((log) => log.removed !== true && isMined(log));
  for (const log of mined) assertAsked(log, address, range);
  const ordered = [...mined].sort((a, b) => blockOf(a) - blockOf(b) || Number(a.logIndex) - Number(b.logIndex));
  const kept: Log[] = [];
  for (const log of ordered) {
    const last = kept.at(-1);
    if (last !== undefined && blockOf(last) === blockOf(log)) {
      if (last.blockHash !== log.blockHash) throw badEvents(log, "has another block hash than the event before it");
      if (last.logIndex === log.logIndex) {
        if (!isSame(last, log)) throw badEvents(log, "has the same place as another one");
        continue;
      }
    }
    kept.push(log);
  }
  return kept;
}

function isMined({ blockNumber, blockHash, transactionHash, logIndex }: PlacedLog): boolean {
  return blockNumber !== null && blockHash !== null && transactionHash !== null && logIndex !== null;
}

function assertAsked(log: PlacedLog, address: Address, { from, to }: L1Range): void {
  if (log.address.toLowerCase() !== address.toLowerCase())
    throw badEvents(log, `is by ${log.address}, which was not asked for`);
  const block = blockOf(log);
  if (block < from || block > to) throw badEvents(log, `is in block ${block}, outside ${from} to ${to}`);
}

function isSame(a: PlacedLog, b: PlacedLog): boolean {
  return a.transactionHash === b.transactionHash && a.data === b.data && String(a.topics) === String(b.topics);
}

function blockOf({ blockNumber }: PlacedLog): number {
  return Number(blockNumber);
}

function badEvents({ transactionHash }: PlacedLog, problem: string) {
  return l1Error("l1/bad-events", `an event returned for transaction ${transactionHash} ${problem}`);
}
