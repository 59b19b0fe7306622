import { versionedHash } from "@cairn/blobs/format";
import type { Chains, Compress } from "@cairn/crypto";
import {
  type BatchHeader,
  CELL_BYTES,
  calldataCommitment,
  cellsToBytes,
  encodeL1Operation,
  isCairnError,
  isSameBytes,
  MAX_BATCH_AGE_SECONDS,
  nextQueueHash,
} from "@cairn/protocol";
import { type BatchCheck, type ChainPosition, type FollowedBatch, followBatch, genesisPosition } from "@cairn/vm";
import { restoreError } from "./errors.ts";
import type { PublishedBatch } from "./published-batch.ts";

/** What is wrong with a batch: what every reader checks, and what is compared with L1 or the archive here. */
export type PublishedBatchCheck = BatchCheck | "queueHead" | "commitment" | "dataCommitment" | "chains" | "l1Timestamp";

const CHAINS = ["data", "l1", "payouts", "blocks"] as const;

/** Whether all four chains are the same. */
export function isSameChains(left: Chains, right: Chains): boolean {
  return CHAINS.every((name) => left[name] === right[name]);
}

/** Whether a position before the first batch is that of an empty rollup, the root apart. */
export function isGenesis(position: ChainPosition): boolean {
  const { block, timestamp, nextIndex, chains, queuePosition, queueHash } = genesisPosition(position.root);
  return (
    position.block === block &&
    position.timestamp === timestamp &&
    position.nextIndex === nextIndex &&
    isSameChains(position.chains, chains) &&
    position.queuePosition === queuePosition &&
    isSameBytes(position.queueHash, queueHash)
  );
}

/** Whether two positions are after the same batch of the same history. */
export function isSamePosition(left: ChainPosition, right: ChainPosition): boolean {
  return (
    left.batch === right.batch &&
    left.block === right.block &&
    left.timestamp === right.timestamp &&
    left.root === right.root &&
    left.nextIndex === right.nextIndex &&
    isSameChains(left.chains, right.chains) &&
    left.queuePosition === right.queuePosition &&
    isSameBytes(left.queueHash, right.queueHash)
  );
}

/** Whether the contract can have accepted a batch at an L1 time, in seconds (spec 7.4). */
export function isTimeOf({ firstTimestamp, lastTimestamp }: BatchHeader, l1Timestamp: number): boolean {
  return BigInt(l1Timestamp) >= lastTimestamp && BigInt(l1Timestamp) <= firstTimestamp + BigInt(MAX_BATCH_AGE_SECONDS);
}

/**
 * `followBatch` of the VM, with what it does not know: the data commitment is that of the cells or of the KZG
 * commitment, the chains that an archive states are those that the batch leads to, and L1 can have accepted it at the time
 * that the archive says (spec 9.4). Throws
 * `restore/batch-mismatch` unless the batch follows.
 *
 * @example const { position, blocks } = followPublishedBatch(genesisPosition(root), batch, compress);
 */
export function followPublishedBatch(before: ChainPosition, batch: PublishedBatch, compress: Compress): FollowedBatch {
  const { number, chains, l1Operations, header, origin } = batch;
  if (!isSameBytes(committedData(batch), batch.dataCommitment)) {
    throw batchMismatch(number, "dataCommitment", "has data of another commitment");
  }
  const queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, before.queueHash);
  const followed = follow(before, batch, queueHash, compress);
  if (!isTimeOf(header, origin.l1Timestamp)) {
    throw batchMismatch(number, "l1Timestamp", "is of an L1 block whose time the contract does not take");
  }
  if (chains !== null && !isSameChains(chains, followed.position.chains)) {
    throw batchMismatch(number, "chains", "leads to other chains than its archive says");
  }
  return followed;
}

/** A `restore/batch-mismatch` error. */
export function batchMismatch(batch: number, check: PublishedBatchCheck, problem: string, cause?: unknown) {
  return restoreError("restore/batch-mismatch", `batch ${batch} ${problem}`, { details: { batch, check }, cause });
}

/** `vm/batch-mismatch` as `restore/batch-mismatch`, all else as it is. */
export function asRestoreError(cause: unknown): unknown {
  if (!isCairnError(cause, "vm/batch-mismatch")) return cause;
  return restoreError("restore/batch-mismatch", cause.message, { details: cause.details, cause: cause.cause });
}

function follow(
  before: ChainPosition,
  batch: PublishedBatch,
  queueHash: Uint8Array,
  compress: Compress,
): FollowedBatch {
  try {
    return followBatch(before, { ...batch, queueHash }, compress);
  } catch (cause) {
    throw asRestoreError(cause);
  }
}

/** The commitment that the data of a batch has. A blob is not committed to again: the history covers its cells. */
function committedData({ number, header, cells, kzgCommitment }: PublishedBatch): Uint8Array {
  if (header.dataSource === "calldata") return calldataCommitment(sentBytes(number, cells));
  if (kzgCommitment === null) throw batchMismatch(number, "dataCommitment", "lacks its KZG commitment");
  return versionedHash(kzgCommitment);
}

/** Cells as they were sent, those of 0 at the end included. */
function sentBytes(batch: number, cells: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(cells.length * CELL_BYTES);
  try {
    bytes.set(cellsToBytes(cells));
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw batchMismatch(batch, "cells", "has cells that no batch has", cause);
  }
  return bytes;
}
