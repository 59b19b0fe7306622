import type { BatchOnL1 } from "@cairn/vm";

/** Where a batch came from; hints that no state depends on. */
export interface BatchOrigin {
  /** L1 block that holds it. */
  readonly l1Block: number;
  /** 32 bytes. */
  readonly transactionHash: Uint8Array;
  /** L1 block from which on all later batches and all queue entries that this one leaves waiting are found. */
  readonly resumeBlock: number;
}

/** All that was published of a batch, and where. */
export interface PublishedBatch extends BatchOnL1 {
  readonly origin: BatchOrigin;
}
