import { type BatchHeader, rollupAbi } from "@cairn/contracts";
import type { L1Header } from "@cairn/db";
import { type L1Rollup, l1OperationFromEvent } from "@cairn/l1";
import {
  addressToBigint,
  bytesToHex,
  CairnError,
  dataHash,
  type Hex,
  hexToBytes,
  type L1Operation,
} from "@cairn/protocol";
import { BaseError, decodeFunctionData, getAbiItem, RpcRequestError } from "viem";
import { slotsOf } from "../batch-header.ts";
import type { NodeErrorCode } from "../errors.ts";

/** Where an event stands on L1. */
export interface EventPlace {
  readonly block: number;
  readonly blockHash: Uint8Array;
  readonly transaction: Uint8Array;
}

/** What the node follows of the rollup contract. */
export type RollupEvent = EventPlace &
  (
    | {
        readonly type: "queued";
        readonly position: number;
        readonly operation: L1Operation;
        readonly queueHash: Uint8Array;
      }
    | {
        readonly type: "accepted";
        readonly number: number;
        readonly firstBlock: number;
        readonly lastBlock: number;
        readonly submitter: bigint;
        readonly header: BatchHeader;
        readonly dataHash: Hex;
        /** Queue entries that all batches up to this one consumed. */
        readonly queueHead: number;
      }
    | {
        readonly type: "settled";
        readonly batch: number;
        readonly position: number;
        readonly status: "paid" | "claimable";
      }
  );

const EVENTS = [
  getAbiItem({ abi: rollupAbi, name: "L1OperationQueued" }),
  getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" }),
  getAbiItem({ abi: rollupAbi, name: "PayoutPaid" }),
  getAbiItem({ abi: rollupAbi, name: "PayoutDeferred" }),
] as const;

/** The contract's events in a range of L1 blocks, both ends included, in order. Throws what the RPC throws, `l1/queue-mismatch`. */
export async function readRollupEvents(
  { reader, address }: L1Rollup,
  from: number,
  to: number,
): Promise<RollupEvent[]> {
  const logs = await reader.getLogs({
    address,
    events: EVENTS,
    fromBlock: BigInt(from),
    toBlock: BigInt(to),
    strict: true,
  });
  return logs.map((log): RollupEvent => {
    const place = {
      block: Number(log.blockNumber),
      blockHash: hexToBytes(log.blockHash, 32),
      transaction: hexToBytes(log.transactionHash, 32),
    };
    if (log.eventName === "L1OperationQueued") {
      return {
        type: "queued",
        ...place,
        position: Number(log.args.position),
        operation: l1OperationFromEvent(log.args),
        queueHash: hexToBytes(log.args.queueHash, 32),
      };
    }
    if (log.eventName === "BatchSubmitted") {
      return {
        type: "accepted",
        ...place,
        number: Number(log.args.batchNumber),
        firstBlock: Number(log.args.header.firstBlock),
        lastBlock: Number(log.args.header.lastBlock),
        submitter: addressToBigint(log.args.submitter),
        header: log.args.header,
        dataHash: log.args.dataHash,
        queueHead: Number(log.args.queueHead),
      };
    }
    return {
      type: "settled",
      ...place,
      batch: Number(log.args.batchNumber),
      position: Number(log.args.position),
      status: log.eventName === "PayoutPaid" ? "paid" : "claimable",
    };
  });
}

/** The data that a transaction published with its batch. Throws `node/l1-unavailable` unless it is what the event says. */
export async function readPublishedData(
  { reader, address }: L1Rollup,
  event: Extract<RollupEvent, { type: "accepted" }>,
): Promise<Uint8Array> {
  const transaction = await reader.getTransaction({ hash: bytesToHex(event.transaction) });
  const slots = slotsOf(event.header);
  const call = decodeFunctionData({ abi: rollupAbi, data: transaction.input });
  if (call.functionName === "submitBatch" && transaction.to?.toLowerCase() === address.toLowerCase()) {
    const data = hexToBytes(call.args[1]);
    if (bytesToHex(dataHash(slots, data)) === event.dataHash) return data;
  }
  throw new CairnError<NodeErrorCode>(
    "node/l1-unavailable",
    `the L1 node shows another transaction for batch ${event.number} than its event says`,
  );
}

/** Header of an L1 block by number or tag, null if the node does not have it. */
export async function readHeader(
  { reader }: Pick<L1Rollup, "reader">,
  block: number | "latest" | "safe" | "finalized",
): Promise<L1Header | null> {
  const found = await reader
    .getBlock(typeof block === "number" ? { blockNumber: BigInt(block) } : { blockTag: block })
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === "BlockNotFoundError") return null;
      throw error;
    });
  if (found === null || found.hash === null) return null;
  return {
    number: Number(found.number),
    hash: hexToBytes(found.hash, 32),
    parentHash: hexToBytes(found.parentHash, 32),
    timestamp: Number(found.timestamp),
  };
}

/** Asks in a row, before a node's word is taken that it does not know. */
const ASKS = 3;

/** Asks again when the answer is null or refused: of several nodes behind one address, some may be behind. Throws what `ask` throws last. */
export async function askAgain<Answer>(ask: () => Promise<Answer | null>): Promise<Answer | null> {
  for (let asked = 1; ; asked++) {
    try {
      const answer = await ask();
      if (answer !== null || asked === ASKS) return answer;
    } catch (error) {
      if (asked === ASKS || !isRefusal(error)) throw error;
    }
  }
}

/** Whether a node answered, with an error, as opposed to not answering. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BaseError && error.walk((cause) => cause instanceof RpcRequestError) !== null;
}
