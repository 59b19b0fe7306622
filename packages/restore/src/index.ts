export { type ArchiveRollupOptions, type ArchiveSummary, archiveRollup, verifyArchive } from "./archive-rollup.ts";
export type { ChainPosition } from "./chain-position.ts";
export type { RestoreErrorCode } from "./errors.ts";
export { findExited, findReclaimable } from "./exit/escaped.ts";
export {
  accountAt,
  accountsOf,
  assignedAccounts,
  type ExitProof,
  proveAllExits,
  proveExit,
  proveExits,
  verifyExitProof,
} from "./exit/exit-proof.ts";
export {
  allPayouts,
  type BatchPayouts,
  findUnpaidPayouts,
  payoutArguments,
  payoutsOf,
  type UnpaidPayout,
} from "./exit/payouts.ts";
export { identityText, isSameRollup, type RollupIdentity } from "./identity.ts";
export { connectToL1, createL1Access, type L1Access, rollupAt } from "./l1/access.ts";
export type { L1Head, L1HeadTag } from "./l1/contract-state.ts";
export type { OnProgress, RestoreProgress, Totals } from "./progress.ts";
export type { PublishedBatch } from "./published-batch.ts";
export { createRebuilder } from "./rebuilder.ts";
export { type RestoreOptions, type RestoreResult, restoreRollup } from "./restore.ts";
export { openRestoredState, type RestoredState } from "./restored-state.ts";
export type { WaitingEntry } from "./stored-records.ts";
