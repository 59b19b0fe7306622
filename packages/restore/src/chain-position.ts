import { isCairnError, isSameBytes } from "@cairn/protocol";
import {
  type ChainPosition,
  genesisPosition,
  followBatch as nextPosition,
  type BatchCheck as VmBatchCheck,
} from "@cairn/vm";
import { restoreError } from "./errors.ts";
import type { PublishedBatch } from "./published-batch.ts";

/** What is wrong with a batch: what every reader of L1 checks, and what is compared with the contract here. */
export type BatchCheck = VmBatchCheck | "transaction" | "header" | "queueHead" | "commitment";

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

/** `followBatch` of the VM. Throws `restore/batch-mismatch` unless the batch follows. */
export function followBatch(position: ChainPosition, batch: PublishedBatch): ChainPosition {
  try {
    return nextPosition(position, batch);
  } catch (cause) {
    throw asRestoreError(cause);
  }
}

/** `vm/batch-mismatch` as `restore/batch-mismatch`, all else as it is. */
export function asRestoreError(cause: unknown): unknown {
  if (!isCairnError(cause, "vm/batch-mismatch")) return cause;
  return restoreError("restore/batch-mismatch", cause.message, { details: cause.details, cause: cause.cause });
}

/** A `restore/batch-mismatch` error. */
export function batchMismatch(batch: number, check: BatchCheck, problem: string, cause?: unknown) {
  return restoreError("restore/batch-mismatch", `batch ${batch} ${problem}`, { details: { batch, check }, cause });
}
