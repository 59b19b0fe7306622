import {
  blockCapacity,
  dataHash,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  FIRST_ACCOUNT_INDEX,
  isCairnError,
  MAX_ACCOUNTS,
  nextQueueHash,
} from "@cairn/protocol";
import { isSameBytes } from "./byte-cursor.ts";
import { restoreError } from "./errors.ts";
import type { PublishedBatch } from "./published-batch.ts";

/** Where the chain of batches stands after one of them; all zero but root and next index at genesis. */
export interface ChainPosition {
  readonly batch: number;
  /** Last L2 block. */
  readonly block: number;
  /** Of the batch's header, seconds. */
  readonly timestamp: bigint;
  readonly root: bigint;
  readonly nextIndex: number;
  /** Queue entries consumed so far. */
  readonly queuePosition: number;
  /** Rolling hash after them, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** What is wrong with a batch. */
export type BatchCheck =
  | "number"
  | "block"
  | "timestamp"
  | "oldRoot"
  | "nextIndex"
  | "l1Operations"
  | "dataHash"
  | "queueHash"
  | "payoutsHash"
  | "transaction"
  | "header"
  | "queueHead"
  | "commitment";

/** The position before the first batch; `root` is that of the empty tree. */
export function genesisPosition(root: bigint): ChainPosition {
  return {
    batch: 0,
    block: 0,
    timestamp: 0n,
    root,
    nextIndex: FIRST_ACCOUNT_INDEX,
    queuePosition: 0,
    queueHash: EMPTY_QUEUE_HASH,
  };
}

/** Whether a position before the first batch is that of an empty rollup, the root apart. */
export function isGenesis(position: ChainPosition): boolean {
  const { block, timestamp, nextIndex, queuePosition, queueHash } = genesisPosition(position.root);
  return (
    position.block === block &&
    position.timestamp === timestamp &&
    position.nextIndex === nextIndex &&
    position.queuePosition === queuePosition &&
    isSameBytes(position.queueHash, queueHash)
  );
}

/**
 * The position after one more batch. Throws `restore/batch-mismatch` unless the batch follows, its data hashes to its data
 * hash and its queue entries to its queue hash. That the data leads to its new root is for the replay to see.
 */
export function followBatch(position: ChainPosition, batch: PublishedBatch): ChainPosition {
  const { number, header } = batch;
  const require = (condition: boolean, check: BatchCheck, problem: string): void => {
    if (!condition) throw batchMismatch(number, check, problem);
  };
  require(number === position.batch + 1, "number", `comes after batch ${position.batch}`);
  const block = BigInt(position.block) + 1n;
  require(header.firstBlock === block && header.lastBlock === block, "block", `is not block ${block}`);
  require(header.timestamp >= position.timestamp, "timestamp", "is older than its predecessor");
  require(header.oldRoot === position.root, "oldRoot", "starts from another root than its predecessor ends with");
  const isInTree = header.newNextIndex >= position.nextIndex && header.newNextIndex <= MAX_ACCOUNTS;
  require(isInTree, "nextIndex", `goes from next index ${position.nextIndex} to ${header.newNextIndex}`);
  const count = batch.l1Operations.length;
  const isFitting = count === header.l1OperationCount && count <= blockCapacity(header.slots);
  require(isFitting, "l1Operations", `has ${count} queue entries, its header ${header.l1OperationCount}`);
  require(isSameBytes(hashOfData(batch), batch.dataHash), "dataHash", "has data of another hash");
  const queueHash = batch.l1Operations.reduce(
    (hash, operation) => nextQueueHash(hash, encodeL1Operation(operation)),
    position.queueHash,
  );
  require(isSameBytes(queueHash, batch.queueHash), "queueHash", "has queue entries of another hash");
  return {
    batch: number,
    block: Number(header.lastBlock),
    timestamp: header.timestamp,
    root: header.newRoot,
    nextIndex: header.newNextIndex,
    queuePosition: position.queuePosition + count,
    queueHash,
  };
}

/** A `restore/batch-mismatch` error. */
export function batchMismatch(batch: number, check: BatchCheck, problem: string, cause?: unknown) {
  return restoreError("restore/batch-mismatch", `batch ${batch} ${problem}`, { details: { batch, check }, cause });
}

function hashOfData({ number, header, publishedData }: PublishedBatch): Uint8Array {
  try {
    return dataHash(header.slots, publishedData);
  } catch (cause) {
    if (!isCairnError(cause, "protocol/bad-length")) throw cause;
    throw batchMismatch(number, "dataHash", "has more data than its circuit takes", cause);
  }
}
