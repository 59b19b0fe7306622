import { fromHeaderStruct, rollupAbi } from "@cairn/contracts";
import {
  accountIndex,
  addressToBigint,
  type BatchHeader,
  hexToBytes,
  isCairnError,
  type L1Operation,
  SLOT_KIND,
  tokenId,
} from "@cairn/protocol";
import { type GetLogsReturnType, getAbiItem } from "viem";
import { l1Error } from "../errors.ts";
import { cleanLogs } from "./logs.ts";
import type { ReadRange } from "./ranges.ts";

/** The place of an event on L1. */
export interface EventPlace {
  readonly block: number;
  /** 32 bytes each. */
  readonly blockHash: Uint8Array;
  readonly transaction: Uint8Array;
  /** Position of the transaction in its block. */
  readonly transactionIndex: number;
  /** Of the block, seconds, as the event says it; null where the RPC does not say it with events. */
  readonly timestamp: number | null;
}

/** An entry that joined the queue. */
export interface QueuedEvent extends EventPlace {
  readonly type: "queued";
  /** Number of the entry, from 0 on. */
  readonly position: number;
  readonly operation: L1Operation;
  /** Rolling hash after the entry, 32 bytes. */
  readonly queueHash: Uint8Array;
  /** Wei paid to the submitter of the batch that consumes the entry. */
  readonly submitterFee: bigint;
}

/** A batch that L1 accepted. */
export interface AcceptedEvent extends EventPlace {
  readonly type: "accepted";
  /** As counted by the contract, from 1 on. */
  readonly number: number;
  readonly submitter: bigint;
  readonly header: BatchHeader;
  /** keccak256 of the cells in calldata, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** keccak256 of the payout list, 32 bytes. */
  readonly payoutsHash: Uint8Array;
  /** Queue entries consumed by all batches up to this one. The queue hash after them is that of the last one. */
  readonly queueHead: number;
}

/** A payout that was paid, or that its recipient has to claim. */
export interface SettledEvent extends EventPlace {
  readonly type: "settled";
  readonly batch: number;
  /** Position in the batch's payout list. */
  readonly position: number;
  readonly status: "paid" | "claimable";
}

/** The events that determine a rollup's state and payouts. */
export type RollupEvent = QueuedEvent | AcceptedEvent | SettledEvent;

const STATE_EVENTS = [
  getAbiItem({ abi: rollupAbi, name: "L1OperationQueued" }),
  getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" }),
] as const;

const ALL_EVENTS = [
  ...STATE_EVENTS,
  getAbiItem({ abi: rollupAbi, name: "PayoutPaid" }),
  getAbiItem({ abi: rollupAbi, name: "PayoutDeferred" }),
] as const;

type Log = GetLogsReturnType<undefined, typeof ALL_EVENTS, true, bigint, bigint>[number];
type LogOf<Name extends Log["eventName"]> = Extract<Log, { eventName: Name }>;

/**
 * Queue entries, batches and payments in a range, in order. Throws what the RPC throws, `l1/bad-events`,
 * `l1/queue-mismatch` for an entry that the rollup contract cannot make, `l1/unknown-circuit`.
 *
 * @example const events = await readRollupEvents(access, { from: 100, to: 200 });
 */
export const readRollupEvents: ReadRange<RollupEvent> = async ({ rollup: { address, reader } }, range) => {
  const blocks = { fromBlock: BigInt(range.from), toBlock: BigInt(range.to) };
  const logs = await reader.getLogs({ address, events: ALL_EVENTS, strict: true, ...blocks });
  return cleanLogs(logs, address, range).map(toEvent);
};

/** Like {@link readRollupEvents}, without payments. See {@link readRollupEvents}. */
export const readStateEvents: ReadRange<QueuedEvent | AcceptedEvent> = async ({ rollup }, range) => {
  const { address, reader } = rollup;
  const blocks = { fromBlock: BigInt(range.from), toBlock: BigInt(range.to) };
  const logs = await reader.getLogs({ address, events: STATE_EVENTS, strict: true, ...blocks });
  return cleanLogs(logs, address, range).map((log) =>
    log.eventName === "L1OperationQueued" ? toQueued(log) : toAccepted(log),
  );
};

function toEvent(log: Log): RollupEvent {
  if (log.eventName === "L1OperationQueued") return toQueued(log);
  if (log.eventName === "BatchSubmitted") return toAccepted(log);
  return {
    type: "settled",
    ...placeOf(log),
    batch: Number(log.args.batchNumber),
    position: Number(log.args.position),
    status: log.eventName === "PayoutPaid" ? "paid" : "claimable",
  };
}

function placeOf({ blockNumber, blockHash, transactionHash, transactionIndex, blockTimestamp }: Log): EventPlace {
  return {
    block: Number(blockNumber),
    blockHash: hexToBytes(blockHash, 32),
    transaction: hexToBytes(transactionHash, 32),
    transactionIndex,
    timestamp: blockTimestamp === undefined ? null : Number(blockTimestamp),
  };
}

function toQueued(log: LogOf<"L1OperationQueued">): QueuedEvent {
  const { args } = log;
  return {
    type: "queued",
    ...placeOf(log),
    position: Number(args.position),
    operation: operationOf(args),
    queueHash: hexToBytes(args.queueHash, 32),
    submitterFee: args.submitterFee,
  };
}

function toAccepted(log: LogOf<"BatchSubmitted">): AcceptedEvent {
  const { args } = log;
  return {
    type: "accepted",
    ...placeOf(log),
    number: Number(args.batchNumber),
    submitter: addressToBigint(args.submitter),
    header: headerOf(args),
    dataCommitment: hexToBytes(args.dataCommitment, 32),
    payoutsHash: hexToBytes(args.payoutsHash, 32),
    queueHead: Number(args.queueHead),
  };
}

function operationOf(fields: LogOf<"L1OperationQueued">["args"]): L1Operation {
  const owner = addressToBigint(fields.owner);
  try {
    const index = accountIndex(fields.index);
    switch (fields.kind) {
      case SLOT_KIND.deposit:
        return {
          type: "deposit",
          owner,
          tokenId: tokenId(fields.tokenId),
          amount: fields.amount,
          index,
          key: fields.key,
        };
      case SLOT_KIND.forcedWithdraw:
        return { type: "forcedWithdraw", sender: owner, index };
      case SLOT_KIND.setKey:
        return { type: "setKey", sender: owner, index, key: fields.key };
    }
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw mismatch(fields.position, "is not a record that the contract can make", cause);
  }
  throw mismatch(fields.position, `is of unknown kind ${fields.kind}`);
}

function headerOf({ header, batchNumber }: LogOf<"BatchSubmitted">["args"]): BatchHeader {
  try {
    return fromHeaderStruct(header);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    // The contract of this version takes no other data sources; a circuit may have been added.
    const code = isCairnError(cause, "protocol/unknown-circuit") ? "l1/unknown-circuit" : "l1/bad-events";
    throw l1Error(code, `L1 accepted batch ${batchNumber} of ${cause.message}`, { cause });
  }
}

function mismatch(position: bigint, problem: string, cause?: unknown) {
  const entry = Number(position);
  return l1Error("l1/queue-mismatch", `queue entry ${entry} ${problem}`, { cause, details: { entry } });
}
