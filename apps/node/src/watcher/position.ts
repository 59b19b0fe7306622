import { rollupAbi } from "@cairn/contracts";
import { type Db, findLastAcceptedBatch, findLastQueueEntry } from "@cairn/db";
import { type L1Rollup, readQueueHash } from "@cairn/l1";
import { CairnError, EMPTY_QUEUE_HASH, encodeL1Operation, nextQueueHash } from "@cairn/protocol";
import { BaseError, ContractFunctionZeroDataError } from "viem";
import { decodeHeaderFields } from "../batch-header.ts";
import type { NodeErrorCode } from "../errors.ts";
import { askAgain, isRefusal, type RollupEvent } from "./l1-events.ts";

/** How far the rollup has come on L1. */
export interface L1Position {
  readonly batchCount: number;
  /** Root after the last batch; null where it is not known, as before the first. */
  readonly root: bigint | null;
  readonly queueTail: number;
}

/** Where a list of events leads. */
export interface EventPosition extends L1Position {
  /** Rolling hash after the last queue entry. */
  readonly queueHash: Uint8Array;
}

/** L1 nodes that prune keep at least the states of so many last blocks. */
const KEPT_STATES = 100;

/** Where the stored events lead. */
export async function storedPosition(db: Db): Promise<EventPosition> {
  const [batch, entry] = [await findLastAcceptedBatch(db), await findLastQueueEntry(db)];
  return {
    batchCount: batch?.number ?? 0,
    root: batch === undefined ? null : decodeHeaderFields(batch.header).newRoot,
    queueTail: (entry?.index ?? -1) + 1,
    queueHash: entry?.hashAfter ?? EMPTY_QUEUE_HASH,
  };
}

/** Where events lead from a position; what is wrong with them when they cannot follow it: some are missing, in them or before. */
export function followEvents(before: EventPosition, events: readonly RollupEvent[]): EventPosition | string {
  let { batchCount, root, queueTail, queueHash } = before;
  for (const event of events) {
    if (event.type === "queued") {
      queueHash = nextQueueHash(queueHash, encodeL1Operation(event.operation));
      if (event.position !== queueTail || Buffer.compare(queueHash, event.queueHash) !== 0) {
        return `queue entry ${event.position} does not follow the first ${queueTail}`;
      }
      queueTail++;
    } else if (event.type === "accepted") {
      if (event.number !== batchCount + 1) return `batch ${event.number} does not follow batch ${batchCount}`;
      if (event.queueHead > queueTail) {
        return `batch ${event.number} consumed ${event.queueHead} queue entries, and ${queueTail} are known`;
      }
      batchCount++;
      root = BigInt(event.header.newRoot);
    }
  }
  return { batchCount, root, queueTail, queueHash };
}

/**
 * What the contract says of itself after a block. Null when the L1 node no longer keeps a state that is far below `latest`.
 * Throws `node/l1-unavailable` when it refuses to tell a recent one, and what the RPC throws.
 */
export async function contractPosition(rollup: L1Rollup, block: number, latest: number): Promise<L1Position | null> {
  try {
    return await askAgain(() => readState(rollup, block));
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    if (latest - block > KEPT_STATES) return null;
    throw new CairnError<NodeErrorCode>(
      "node/l1-unavailable",
      `the L1 node does not know the state of block ${block}`,
      {
        cause,
      },
    );
  }
}

/** What is wrong with events that lead to `led`, if the contract is at `contract`; null when they agree. */
export function findDisagreement(led: EventPosition, contract: L1Position, block: number): string | null {
  const at = `the contract has at L1 block ${block}`;
  if (led.batchCount !== contract.batchCount) {
    return `L1's events show ${led.batchCount} batches, ${contract.batchCount} ${at}`;
  }
  if (led.queueTail !== contract.queueTail) {
    return `L1's events show ${led.queueTail} queue entries, ${contract.queueTail} ${at}`;
  }
  return led.root === null || led.root === contract.root ? null : `L1's events lead to another root than ${at}`;
}

/** Whether the contract had the same queue after a block. Throws what the RPC throws. */
export async function hasQueue(rollup: L1Rollup, led: EventPosition, block: number): Promise<boolean> {
  const hash = await askAgain(() => readQueueHash(rollup, led.queueTail, BigInt(block)));
  return hash !== null && Buffer.compare(hash, led.queueHash) === 0;
}

async function readState({ reader, address }: L1Rollup, block: number): Promise<L1Position> {
  try {
    const { batchCount, queueTail, root } = await reader.readContract({
      address,
      abi: rollupAbi,
      functionName: "state",
      blockNumber: BigInt(block),
    });
    return { batchCount: Number(batchCount), root: BigInt(root), queueTail: Number(queueTail) };
  } catch (error) {
    // Reading may begin before the rollup was created.
    const isNothingThere = error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionZeroDataError);
    if (isNothingThere) return { batchCount: 0, root: null, queueTail: 0 };
    throw error;
  }
}
