export type { RestoreErrorCode } from "./errors.ts";
export type { PublishedBatch } from "./published-batch.ts";
export { createRebuilder } from "./rebuilder.ts";
export { openRestoredState } from "./restored-state.ts";
