export type { ArchiveTarget, ArchiveWriter } from "./archive/archive-writer.ts";
export {
  ARCHIVE_VERSION,
  type ArchivedEntry,
  type ArchivedQueue,
  type ArchiveHead,
  decodePosition,
  encodePosition,
} from "./archive/format.ts";
export type { BatchStorage } from "./archive/kept-batches.ts";
export {
  type ArchiveReader,
  type ArchiveSource,
  type QueueAfterArchive,
  readArchive,
  webArchive,
} from "./archive/reader.ts";
export { isWebPlace } from "./archive/web-archive.ts";
export { followPublishedBatch, type PublishedBatchCheck } from "./chain-position.ts";
export { confirmState } from "./confirm.ts";
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
export { type CheckpointLimits, DEFAULT_CHECKPOINT_LIMITS, type FeedOptions } from "./feed.ts";
export { identityText, isSameRollup, type RollupIdentity } from "./identity.ts";
export { importArchive } from "./import-archive.ts";
export { asL1Gap, l1Gap, type ReachedByArchives } from "./l1-gap.ts";
export { createMeter, type Meter, type OnProgress, type RestoreProgress, type Totals } from "./progress.ts";
export {
  type ArchivedSettlement,
  type BatchOrigin,
  batchesOf,
  type CommittedBatch,
  commitmentOf,
  type L1Origin,
  type PublishedBatch,
  type PublishedRecord,
} from "./published-batch.ts";
export { readIdentity } from "./read-identity.ts";
export { type BatchContent, createRebuilder, type Rebuilder } from "./rebuilder.ts";
export { type RestoreOptions, type RestoreResult, restoreRollup } from "./restore.ts";
export { openRestoredState, type RestoredState, type RestoredStateOptions } from "./restored-state.ts";
export { bitOf, type SettledBit } from "./settlement-check.ts";
export type { BatchRecord, ComparedBatches, RestoredEnd, WaitingEntry } from "./stored-records.ts";
export { type SyncOptions, syncWithL1 } from "./sync.ts";
export {
  ALARM_SEVERITY,
  type Alarm,
  type AlarmLimits,
  type AlarmSeverity,
  alarmKey,
  alarmText,
  DEFAULT_ALARM_LIMITS,
  findAlarms,
} from "./watch/alarms.ts";
export {
  createObserver,
  type Observation,
  type Observer,
  type ObserverOptions,
  type TokenObservation,
} from "./watch/observation.ts";
export { computeOwed, type Owed, sumBalances, totalOwed } from "./watch/owed.ts";
export type { Amounts } from "./watch/payments.ts";
