import { rollupAbi } from "@cairn/contracts";
import {
  accountIndex,
  addressToBigint,
  bytesToHex,
  CairnError,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  hexToBytes,
  type L1Operation,
  nextQueueHash,
  SLOT_KIND,
  tokenId,
} from "@cairn/protocol";
import { type ContractEventArgsFromTopics, getAbiItem } from "viem";
import type { L1Rollup } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";

const QUEUED_EVENT = getAbiItem({ abi: rollupAbi, name: "L1OperationQueued" });

type QueuedFields = ContractEventArgsFromTopics<typeof rollupAbi, "L1OperationQueued">;

/** A queue entry as read from its event. */
export interface QueuedL1Operation {
  /** Number of the entry, from 0 on. */
  readonly position: number;
  readonly operation: L1Operation;
  /** Rolling hash after the entry. */
  readonly queueHash: Uint8Array;
}

/**
 * Queue entries from `fromPosition` on, in order, out of the events up to the latest block.
 * Throws `l1/queue-mismatch` unless they follow one another and hash to what the contract stores before and after them.
 */
export async function readQueue(rollup: L1Rollup, fromPosition: number): Promise<QueuedL1Operation[]> {
  const toBlock = await rollup.reader.getBlockNumber();
  const logs = await rollup.reader.getLogs({
    address: rollup.address,
    event: QUEUED_EVENT,
    fromBlock: 0n,
    toBlock,
    strict: true,
  });
  let hash = await readQueueHash(rollup, fromPosition, toBlock);
  const entries = logs.map(({ args }) => args).filter(({ position }) => position >= BigInt(fromPosition));
  const queued = entries.map((fields, i) => {
    const position = fromPosition + i;
    if (fields.position !== BigInt(position)) throw mismatch(position, "an event is missing");
    const operation = l1OperationFromEvent(fields);
    hash = nextQueueHash(hash, encodeL1Operation(operation));
    if (bytesToHex(hash) !== fields.queueHash) throw mismatch(position, "the record does not hash to the event's hash");
    return { position, operation, queueHash: hash };
  });
  await assertQueueEnd(rollup, fromPosition + queued.length, hash, toBlock);
  return queued;
}

/** Throws `l1/queue-mismatch` unless the contract's queue ends at `tail` with `hash`: events invented or held back at the end. */
async function assertQueueEnd(rollup: L1Rollup, tail: number, hash: Uint8Array, blockNumber: bigint): Promise<void> {
  const contract = { address: rollup.address, abi: rollupAbi } as const;
  const { queueTail } = await rollup.reader.readContract({ ...contract, functionName: "state", blockNumber });
  if (queueTail !== BigInt(tail)) throw mismatch(tail, `the contract has ${queueTail} entries`);
  const stored = await readQueueHash(rollup, tail, blockNumber);
  if (bytesToHex(stored) !== bytesToHex(hash)) throw mismatch(tail, "the contract has another hash");
}

/** The rolling hash before entry `position`, from the contract as it was after `blockNumber`, by default the latest. */
export async function readQueueHash(rollup: L1Rollup, position: number, blockNumber?: bigint): Promise<Uint8Array> {
  if (position === 0) return EMPTY_QUEUE_HASH;
  const entry = await rollup.reader.readContract({
    address: rollup.address,
    abi: rollupAbi,
    functionName: "queueEntry",
    args: [BigInt(position - 1)],
    ...(blockNumber === undefined ? {} : { blockNumber }),
  });
  return hexToBytes(entry.queueHash, 32);
}

/** The L1 operation of a `L1OperationQueued` event. Throws `l1/queue-mismatch` for an unknown kind. */
export function l1OperationFromEvent(fields: QueuedFields): L1Operation {
  const owner = addressToBigint(fields.owner);
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
    default:
      throw mismatch(Number(fields.position), `kind ${fields.kind} is unknown`);
  }
}

function mismatch(position: number, reason: string): CairnError<L1ErrorCode> {
  return new CairnError<L1ErrorCode>("l1/queue-mismatch", `queue entry ${position}: ${reason}`);
}
