import type { Chains } from "@cairn/crypto";
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  bigintToBytes,
  bytesToBigint,
  concatBytes,
  createByteCursor,
  decodeBatchHeader,
  decodeL1Operation,
  decodePayoutList,
  encodeBatchHeader,
  encodeL1Operation,
  encodePayoutList,
  encodeSafe64,
  type L1Operation,
  type Payout,
  QUEUE_RECORD_BYTES,
} from "@cairn/protocol";
import type { KeyValueChange } from "@cairn/state";
import type { ChainPosition } from "@cairn/vm";
import {
  encodeBatchOrigin,
  encodeChains,
  encodeL1Origin,
  readBatchOrigin,
  readChains,
  readL1Origin,
} from "./archive/format.ts";
import { restoreError } from "./errors.ts";
import type { RollupIdentity } from "./identity.ts";
import type { BatchOrigin, L1Origin } from "./published-batch.ts";

/** Version of the record layouts below; a store of another version is refused. */
const RECORDS_VERSION = 3;
const IDENTITY_BYTES = 29;

/**
 * Records beside those of the state tree, in the same store. Integers are big-endian.
 *
 * | key | value |
 * |---|---|
 * | 0x80 | version 1, chain id 8, rollup 20 |
 * | 0x81 ‖ batch 8 | header 166, data commitment 32, four chains 128, queue position 8 and hash 32 after it, origin 108, payouts of 40 |
 * | 0x82 | where the restoration last reached its end: batch 8, queue tail 8, L1 block 8, hash 32, timestamp 8 |
 * | 0x83 ‖ position 8 | entry that waits in the queue: record 76, queue hash after it 32, submitter's fee 16, origin 72 |
 * | 0x84 | up to where every batch was compared with the contract: batch 8, L1 block 8, hash 32 |
 * | 0x85 ‖ block 8 | batch 8 that ends with this L2 block |
 * | 0x86 | the L2 block 8 before a batch of which only some blocks are written; absent otherwise |
 */
const IDENTITY = 0x80;
const BATCH = 0x81;
const END = 0x82;
const WAITING = 0x83;
const COMPARED = 0x84;
const BATCH_END = 0x85;
const UNFINISHED = 0x86;

/** What is kept of a batch whose changes are in the tree. */
export interface BatchRecord {
  readonly number: number;
  readonly header: BatchHeader;
  /** keccak256 of the cells in calldata, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** After the batch. */
  readonly chains: Chains;
  /** Queue entries consumed up to and with this batch, and the rolling hash after them. */
  readonly queuePosition: number;
  readonly queueHash: Uint8Array;
  readonly origin: BatchOrigin;
  /** The batch's whole payout list. */
  readonly payouts: readonly Payout[];
}

/** An entry of the L1 queue that no batch has consumed. */
export interface WaitingEntry {
  /** Number of the entry, from 0 on. */
  readonly position: number;
  readonly operation: L1Operation;
  /** Rolling hash after it, 32 bytes. */
  readonly queueHash: Uint8Array;
  /** Wei for whoever submits the batch that consumes it. */
  readonly submitterFee: bigint;
  readonly origin: L1Origin;
}

/** Where and when the state was last known to be the contract's. */
export interface RestoredEnd {
  readonly batch: number;
  /** Queue entries ever made. */
  readonly queueTail: number;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
  /** Of that L1 block, seconds. */
  readonly l1Timestamp: number;
}

/** The contract committed to every batch up to this one, as of an L1 block. */
export interface ComparedBatches {
  readonly batch: number;
  readonly l1Block: number;
  readonly l1BlockHash: Uint8Array;
}

export const identityKey = (): Uint8Array => Uint8Array.of(IDENTITY);
export const batchKey = (batch: number): Uint8Array => concatBytes(Uint8Array.of(BATCH), encodeSafe64(batch));
export const batchEndKey = (block: number): Uint8Array => concatBytes(Uint8Array.of(BATCH_END), encodeSafe64(block));
export const endKey = (): Uint8Array => Uint8Array.of(END);
export const comparedKey = (): Uint8Array => Uint8Array.of(COMPARED);
export const unfinishedKey = (): Uint8Array => Uint8Array.of(UNFINISHED);
export const waitingKey = (position: number): Uint8Array => concatBytes(Uint8Array.of(WAITING), encodeSafe64(position));

export function encodeIdentity({ chainId, rollup }: RollupIdentity): Uint8Array {
  return concatBytes(Uint8Array.of(RECORDS_VERSION), bigintToBytes(chainId, 8), bigintToBytes(rollup, 20));
}

/** Throws `restore/foreign-state` for records of another version. */
export function decodeIdentity(bytes: Uint8Array): RollupIdentity {
  const cursor = createByteCursor(bytes);
  const version = cursor.number(1);
  if (version !== RECORDS_VERSION || bytes.length !== IDENTITY_BYTES) {
    throw restoreError("restore/foreign-state", `the store has records of version ${version}`);
  }
  return { chainId: cursor.bigint(8), rollup: cursor.bigint(20) };
}

/** What is written of a batch together with its changes of the tree. */
export function batchChanges(record: BatchRecord): KeyValueChange[] {
  return [
    { key: batchKey(record.number), value: encodeBatchRecord(record) },
    { key: batchEndKey(Number(record.header.lastBlock)), value: encodeSafe64(record.number) },
  ];
}

/** Records that the batch after a block is being written, block by block; null that it is whole. */
export function unfinishedChange(before: number | null): KeyValueChange {
  return { key: unfinishedKey(), value: before === null ? null : encodeSafe64(before) };
}

/** Where the chain of batches stands after a batch. */
export function positionAfter({ number, header, chains, queuePosition, queueHash }: BatchRecord): ChainPosition {
  return {
    batch: number,
    block: Number(header.lastBlock),
    timestamp: header.lastTimestamp,
    root: header.newRoot,
    nextIndex: header.newNextIndex,
    chains,
    queuePosition,
    queueHash,
  };
}

export function encodeBatchRecord(record: BatchRecord): Uint8Array {
  const { header, payouts, origin } = record;
  return concatBytes(
    encodeBatchHeader(header),
    record.dataCommitment,
    encodeChains(record.chains),
    encodeSafe64(record.queuePosition),
    record.queueHash,
    encodeBatchOrigin(origin),
    encodePayoutList(payouts),
  );
}

export function decodeBatchRecord(number: number, bytes: Uint8Array): BatchRecord {
  const cursor = createByteCursor(bytes);
  return {
    number,
    header: decodeBatchHeader(cursor.bytes(BATCH_HEADER_BYTES)),
    dataCommitment: cursor.bytes(32).slice(),
    chains: readChains(cursor),
    queuePosition: cursor.safe64(),
    queueHash: cursor.bytes(32).slice(),
    origin: readBatchOrigin(cursor),
    payouts: decodePayoutList(cursor.bytes(cursor.left())),
  };
}

export function encodeWaiting(entry: WaitingEntry): Uint8Array {
  return concatBytes(
    encodeL1Operation(entry.operation),
    entry.queueHash,
    bigintToBytes(entry.submitterFee, 16),
    encodeL1Origin(entry.origin),
  );
}

export function decodeWaiting(position: number, bytes: Uint8Array): WaitingEntry {
  const cursor = createByteCursor(bytes);
  return {
    position,
    operation: decodeL1Operation(cursor.bytes(QUEUE_RECORD_BYTES)),
    queueHash: cursor.bytes(32).slice(),
    submitterFee: bytesToBigint(cursor.bytes(16)),
    origin: readL1Origin(cursor),
  };
}

export function encodeEnd(end: RestoredEnd): Uint8Array {
  return concatBytes(
    encodeSafe64(end.batch),
    encodeSafe64(end.queueTail),
    encodeSafe64(end.l1Block),
    end.l1BlockHash,
    encodeSafe64(end.l1Timestamp),
  );
}

export function decodeEnd(bytes: Uint8Array): RestoredEnd {
  const cursor = createByteCursor(bytes);
  return {
    batch: cursor.safe64(),
    queueTail: cursor.safe64(),
    l1Block: cursor.safe64(),
    l1BlockHash: cursor.bytes(32).slice(),
    l1Timestamp: cursor.safe64(),
  };
}

export function encodeCompared({ batch, l1Block, l1BlockHash }: ComparedBatches): Uint8Array {
  return concatBytes(encodeSafe64(batch), encodeSafe64(l1Block), l1BlockHash);
}

export function decodeCompared(bytes: Uint8Array): ComparedBatches {
  const cursor = createByteCursor(bytes);
  return { batch: cursor.safe64(), l1Block: cursor.safe64(), l1BlockHash: cursor.bytes(32).slice() };
}
