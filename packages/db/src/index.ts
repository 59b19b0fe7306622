export {
  type BatchAcceptance,
  discardProof,
  findBatch,
  findBatchByNumber,
  forgiveBadProofs,
  insertBatch,
  listBatches,
  loadPendingBatches,
  loadUnbatchedBlocks,
  markBatchAccepted,
  markFinal,
  revokeAcceptancesFrom,
  type StoredBatch,
  storeProof,
} from "./batches.ts";
export {
  type BlockOpening,
  type BlockSeal,
  countBlocks,
  deleteBlocksFrom,
  findBlock,
  findForkedBlock,
  findLastSealedBlock,
  findOpenBlock,
  findUnproven,
  findWitness,
  insertOpenBlock,
  listBlocks,
  loadBlocks,
  pruneWitnesses,
  type StoredBlock,
  sealStoredBlock,
} from "./blocks.ts";
export {
  type Database,
  type DatabaseEngine,
  type DatabaseLocation,
  type Db,
  databaseLocation,
  openDatabase,
} from "./database.ts";
export type { DbErrorCode } from "./errors.ts";
export {
  createJobQueue,
  type HeldJob,
  type JobQueue,
  type JobQueueOptions,
  type PoisonedJob,
  type ProofJob,
} from "./jobs.ts";
export {
  deleteL1BlocksFrom,
  findLastL1Block,
  insertL1Block,
  type L1Header,
  loadL1BlocksBelow,
  pruneL1Blocks,
} from "./l1-blocks.ts";
export {
  findL1Transaction,
  insertL1Attempt,
  insertL1Transaction,
  type L1Attempt,
  type L1Inclusion,
  loadLiveL1Transactions,
  markAttemptSent,
  nextStoredNonce,
  type StoredL1Transaction,
  updateL1Transaction,
} from "./l1-transactions.ts";
export { acquireNodeLock, type NodeLock } from "./node-lock.ts";
export {
  listPayouts,
  loadBlockPayouts,
  loadBlocksOwing,
  revokeSettlementsFrom,
  type StoredPayout,
  settlePayout,
} from "./payouts.ts";
export {
  deleteQueueEntriesFrom,
  findLastQueueEntry,
  insertQueueEntries,
  loadQueueEntries,
  type QueueEntry,
} from "./queue-entries.ts";
export type {
  BlockStatus,
  L1TransactionPurpose,
  L1TransactionStatus,
  PayoutStatus,
  StoredTransactionStatus,
} from "./schema.ts";
export {
  bindChain,
  clearRebuildRequest,
  findChain,
  findL1Head,
  findRebuildHold,
  findRebuildRequest,
  findSubmissionRight,
  holdRebuilds,
  type L1Head,
  type RebuildRequest,
  releaseRebuilds,
  requestRebuild,
  type SubmissionRight,
  storeL1Head,
  storeSubmissionRight,
} from "./settings.ts";
export { decodeSignedTransaction, encodeSignedTransaction, SIGNED_TRANSACTION_BYTES } from "./signed-transaction.ts";
export {
  addTransactionEvents,
  findTransaction,
  findTransactions,
  lastSequence,
  listAccountTransactions,
  listTransactionEvents,
  loadBlockTransactions,
  loadGroup,
  loadPool,
  requeueTransactions,
  type StoredTransaction,
  type TransactionEvent,
  upsertTransactions,
} from "./transactions.ts";
