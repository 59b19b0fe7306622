export {
  type BatchCheck,
  type BatchOnL1,
  type ChainPosition,
  type FollowedBatch,
  followBatch,
  genesisPosition,
  type ReplayedBatch,
  replayBatch,
} from "./batch.ts";
export type { ExecutedBlock } from "./block.ts";
export {
  type AddGroupResult,
  type BlockBuilder,
  type BlockOptions,
  type ClosedBlock,
  createBlockBuilder,
  type L1OperationResult,
} from "./builder.ts";
export { type Capacity, type CapacityLimit, emptyBlockCapacity, requiredCapacity } from "./capacity.ts";
export type { SlotEffect } from "./effects.ts";
export type { VmErrorCode } from "./errors.ts";
export { type BlockContent, type BlockExecution, executeBlock, type RejectedGroup } from "./execute.ts";
export type { L1Outcome } from "./l1-operations.ts";
export { publishedSlot } from "./published.ts";
export type { L1Receipt, Receipt, TransactionReceipt } from "./receipts.ts";
export { isRetryable, type Rejection, type RejectionReason, type RejectionType } from "./rejections.ts";
export { type ReplayedBlock, type ReplayInput, replayBlock } from "./replay.ts";
export { createOverlay, isTreeFull, type Overlay, type StateReader, type WorkingState } from "./state.ts";
export type { BlockTrace, FeeCreditTrace, LeafStep, SlotTrace } from "./trace.ts";
export type { OfferedGroup, OfferedTransaction, VerifySignature } from "./transactions.ts";
