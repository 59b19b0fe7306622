import {
  type BatchHeader,
  blockCapacity,
  CairnError,
  dataHash,
  decodePublishedData,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  FIRST_ACCOUNT_INDEX,
  isCairnError,
  isSameBytes,
  type L1Operation,
  MAX_ACCOUNTS,
  nextQueueHash,
  type PublishedData,
  payoutsHash,
} from "@cairn/protocol";
import type { VmErrorCode } from "./errors.ts";
import { type ReplayedBlock, replayPublishedData } from "./replay.ts";
import type { StateReader } from "./state.ts";

/** An accepted batch as read from L1: together with its predecessors it determines the state. */
export interface BatchOnL1 {
  /** As counted by the contract, from 1 on. */
  readonly number: number;
  readonly header: BatchHeader;
  /** SHA-256 of the padded data, 32 bytes. */
  readonly dataHash: Uint8Array;
  /** May lack trailing zeros, as calldata does. */
  readonly publishedData: Uint8Array;
  /** Queue entries that it consumed, in order. */
  readonly l1Operations: readonly L1Operation[];
  /** Rolling queue hash after them, 32 bytes. */
  readonly queueHash: Uint8Array;
}

/** State of the chain of batches after one of them; at genesis, everything but root and next index is zero. */
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

/** The check that a batch fails; `details.check` of `vm/batch-mismatch`. */
export type BatchCheck =
  | "number"
  | "block"
  | "timestamp"
  | "oldRoot"
  | "nextIndex"
  | "l1Operations"
  | "dataHash"
  | "queueHash"
  | "payoutsHash";

/** A block that a batch published, executed again. */
export interface ReplayedBatch extends ReplayedBlock {
  readonly published: PublishedData;
}

/**
 * The position before the first batch; `root` is that of the empty tree.
 *
 * @example const genesis = genesisPosition(genesisRoot(compress));
 */
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

/**
 * The position after one more batch, computed without the state. Throws `vm/batch-mismatch` unless the batch continues
 * the position, its data has its data hash and its queue entries its queue hash. What the data does to the state is
 * checked by {@link replayBatch}, and by whoever compares the tree's root with `position.root`.
 *
 * @example const end = batches.reduce(followBatch, genesisPosition(genesisRoot(compress)));
 */
export function followBatch(position: ChainPosition, batch: BatchOnL1): ChainPosition {
  const { number, header } = batch;
  const require = (condition: boolean, check: BatchCheck, problem: string): void => {
    if (!condition) throw mismatch(number, check, problem);
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
  return positionAfter({ number, header, queuePosition: position.queuePosition + count, queueHash });
}

/**
 * The position after a batch that is known to continue its predecessors; the queue's position and hash are those after it.
 *
 * @example const position = positionAfter(lastStoredBatch);
 */
export function positionAfter({
  number,
  header,
  queuePosition,
  queueHash,
}: Pick<BatchOnL1, "number" | "header" | "queueHash"> & Pick<ChainPosition, "queuePosition">): ChainPosition {
  return {
    batch: number,
    block: Number(header.lastBlock),
    timestamp: header.timestamp,
    root: header.newRoot,
    nextIndex: header.newNextIndex,
    queuePosition,
    queueHash,
  };
}

/**
 * Executes what an accepted batch published on the state before it. Throws `vm/invalid-data` for data that is impossible
 * on that state, `vm/batch-mismatch` when it leads to another next index or other payouts than the header claims. The
 * caller must apply `updates` to the tree and compare its root with the header's.
 *
 * @example const { updates, newNextIndex } = replayBatch(tree, batch);
 */
export function replayBatch(
  state: StateReader,
  { number, header, publishedData, l1Operations }: Omit<BatchOnL1, "dataHash" | "queueHash">,
): ReplayedBatch {
  const published = decodeData(header, publishedData, l1Operations.length);
  const replayed = replayPublishedData({ state, slotCount: header.slots, l1Operations, publishedData: published });
  if (l1Operations.length !== header.l1OperationCount) {
    const problem = `has ${l1Operations.length} queue entries, its header ${header.l1OperationCount}`;
    throw mismatch(number, "l1Operations", problem);
  }
  if (replayed.newNextIndex !== header.newNextIndex) {
    throw mismatch(number, "nextIndex", `leads to next index ${replayed.newNextIndex}`);
  }
  if (!isSameBytes(payoutsHash(header.slots, replayed.payouts), header.payoutsHash)) {
    throw mismatch(number, "payoutsHash", "has payouts of another hash");
  }
  return { ...replayed, published };
}

function decodeData({ slots }: BatchHeader, data: Uint8Array, l1OperationCount: number): PublishedData {
  try {
    return decodePublishedData(slots, data, l1OperationCount);
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw new CairnError<VmErrorCode>("vm/invalid-data", `published data: ${cause.message}`, { cause });
  }
}

function hashOfData({ number, header, publishedData }: BatchOnL1): Uint8Array {
  try {
    return dataHash(header.slots, publishedData);
  } catch (cause) {
    if (!isCairnError(cause, "protocol/bad-length")) throw cause;
    throw mismatch(number, "dataHash", "has more data than its circuit takes", cause);
  }
}

function mismatch(batch: number, check: BatchCheck, problem: string, cause?: unknown): CairnError<VmErrorCode> {
  return new CairnError("vm/batch-mismatch", `batch ${batch} ${problem}`, { details: { batch, check }, cause });
}
