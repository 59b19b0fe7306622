export {
  type AcceptedBatch,
  type AcceptedContent,
  type AcceptedSummary,
  applySettlements,
  countAcceptedBatches,
  deleteAcceptedBatchesFrom,
  findAcceptedBatch,
  findAcceptedByCommitment,
  findLastAcceptedBatch,
  findOwnAcceptance,
  findUnadoptedBatch,
  insertAcceptedBatch,
  insertSettlement,
  loadAcceptedSummaries,
  revokeSettlementsFrom,
  type Settlement,
} from "./accepted-batches.ts";
export {
  type BlockTotals,
  countWaitingProofs,
  listProvers,
  type ProverActivity,
  sumBlocks,
  sumBlocksSince,
} from "./activity.ts";
export {
  type ArchivedSettlement,
  type ArchiveRestore,
  deleteArchivedFrom,
  deleteArchivedSettlements,
  findArchiveRestore,
  insertArchivedSettlements,
  limitArchivedBlocks,
  loadAcceptedPayouts,
  loadArchivedSettlements,
  storeArchiveRestore,
} from "./archive-restore.ts";
export { type Backlog, findTightest, readBacklog } from "./backlog.ts";
export {
  type BatchCost,
  type BatchIncome,
  listAcceptedPlans,
  loadBatchCosts,
  loadBatchIncome,
} from "./batch-accounts.ts";
export {
  type BatchAcceptance,
  type BatchSummary,
  type ClosedBatch,
  countReadyBatches,
  findBatch,
  insertBatch,
  insertForeignBatch,
  listBatches,
  loadBatchesOfBlocks,
  loadPendingBatches,
  markBatchAccepted,
  markFinal,
  reopenBatches,
  reopenBatchesFrom,
  revokeAcceptancesFrom,
  type StoredBatch,
} from "./batches.ts";
export {
  insertFeeCredits,
  insertForeignTransactions,
  insertL1Outcomes,
  type L1OutcomeContent,
  loadBlockOutcomes,
  loadFeeCredits,
  loadForeignTransactions,
  loadL1Outcomes,
  type StoredFeeCredit,
  type StoredForeignTransaction,
  type StoredL1Outcome,
} from "./block-records.ts";
export {
  type BlockChains,
  type BlockHeights,
  type BlockOpening,
  type BlockSeal,
  countBlocks,
  deleteBlocksFrom,
  findBlock,
  findForkedBlock,
  findLastSealedBlock,
  findRevokedForeignBlock,
  findUnproven,
  findWitness,
  insertForeignBlock,
  insertOpenBlock,
  listBlocks,
  loadBlockChains,
  loadBlocks,
  loadOpenBlocks,
  loadUnbatchedBlocks,
  pruneWitnesses,
  readBlockHeights,
  type StoredBlock,
  sealStoredBlock,
} from "./blocks.ts";
export { type CopiedTable, copyDatabase } from "./copy.ts";
export {
  type Database,
  type DatabaseEngine,
  type DatabaseLocation,
  type Db,
  databaseLocation,
  openDatabase,
} from "./database.ts";
export type { DbErrorCode } from "./errors.ts";
export { type EventEntry, loadBlockEntries, loadEventEntries } from "./event-entries.ts";
export type { EventSubject } from "./event-table.ts";
export {
  findEvent,
  findFirstEventNumber,
  findLastEvent,
  loadEvents,
  pruneEvents,
  type StoredEvent,
} from "./events.ts";
export { findByWord, type WordMatch } from "./find-anything.ts";
export {
  type EntryStatus,
  type EntryType,
  type HistoryFilter,
  type HistoryOf,
  type HistoryPage,
  type HistoryRow,
  MAX_EXAMINED,
  readHistory,
} from "./history.ts";
export { loadEntries } from "./history-entries.ts";
export { bindIdempotencyKey, type IdempotencyKey, rebindIdempotencyKey } from "./idempotency.ts";
export {
  createJobQueue,
  type HeldJob,
  type JobQueue,
  type JobQueueOptions,
  MAX_JOB_WEIGHT,
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
export type { L1AttemptKind, L1TransactionPurpose, L1TransactionStatus } from "./l1-tables.ts";
export {
  findL1Sidecar,
  findL1SidecarOfBlob,
  findL1Transaction,
  insertL1Attempt,
  insertL1Transaction,
  isL1AttemptStored,
  type L1Attempt,
  type L1Blob,
  type L1Cost,
  type L1Inclusion,
  loadLiveL1Transactions,
  loadSettledL1TransactionsFrom,
  markAttemptSent,
  nextStoredNonce,
  type StoredL1Transaction,
  updateL1Transaction,
} from "./l1-transactions.ts";
export { acquireNodeLock, type NodeLock } from "./node-lock.ts";
export {
  countPaymentRequests,
  deleteExpiredRequests,
  deleteUnusedMemos,
  findMemo,
  findPaymentRequest,
  insertPaymentRequest,
  listPayments,
  type PaidSums,
  type StoredPayment,
  type StoredPaymentRequest,
  storeMemo,
  sumPayments,
} from "./payment-requests.ts";
export {
  type BatchPayout,
  countLeftPayouts,
  leavePayouts,
  listPayouts,
  loadBatchesOwing,
  loadBatchPayouts,
  loadBlockPayouts,
  loadPayoutPlaces,
  type OwedPayout,
  type PayoutPlace,
  type StoredPayout,
  takeBackPayouts,
} from "./payouts.ts";
export { comparePlaces, ENTRY_SOURCE, type Place } from "./places.ts";
export { type Progress, readProgress, type Waiting } from "./progress.ts";
export { insertProofsAhead, insertProofTree, type ProofTree } from "./proof-trees.ts";
export {
  countGivenUpProofs,
  findProof,
  listRejectedProofs,
  loadChildProofs,
  loadProofs,
  loadProofsToMake,
  noteProofBegun,
  type ProofPlan,
  type ProofState,
  type ProofToMake,
  pruneInnerProofs,
  type RejectedProof,
  rejectProof,
  resetRefusals,
  type StoredProof,
  storeProof,
} from "./proofs.ts";
export {
  type DepositFilter,
  deleteQueueEntriesFrom,
  findLastQueueEntry,
  insertQueueEntries,
  listDeposits,
  loadEnqueueTimes,
  loadQueueEntries,
  loadQueueEntriesAt,
  type QueueEntry,
} from "./queue-entries.ts";
export { findForeignByNonce, recallTransaction } from "./recalled.ts";
export type {
  BlockOrigin,
  BlockStatus,
  L1OutcomeType,
  PayoutStatus,
  ProofKind,
  StoredTransactionStatus,
} from "./schema.ts";
export {
  bindChain,
  clearRebuildRequest,
  findChain,
  findL1Agreement,
  findL1Head,
  findPublisher,
  findRebuildHold,
  findRebuildRequest,
  findSubmissionRight,
  holdRebuilds,
  type L1Agreement,
  type L1Head,
  type PublisherTerms,
  type RebuildRequest,
  releaseRebuilds,
  requestRebuild,
  type SubmissionRight,
  storeL1Agreement,
  storeL1Head,
  storePublisher,
  storeSubmissionRight,
} from "./settings.ts";
export { decodeSignedTransaction, encodeSignedTransaction, SIGNED_TRANSACTION_BYTES } from "./signed-transaction.ts";
export { type EntryBlock, entryTimeMs, loadEntryBlocks, type StoredEntry } from "./stored-entries.ts";
export {
  deleteTokensAbove,
  findLastTokenId,
  findTokenAt,
  listTokens,
  loadTokens,
  loadTokensReadSince,
  type StoredToken,
  storeTokens,
} from "./tokens.ts";
export {
  addTransactionEvents,
  findEarliestDeadline,
  findOpenTransactionsOf,
  findTransaction,
  findTransactions,
  lastSequence,
  listReferencedTransactions,
  listTransactionEvents,
  loadBlockTransactions,
  loadGroup,
  loadPool,
  loadPromisedIds,
  type PlacedTransaction,
  requeueTransactions,
  type StoredTransaction,
  type TransactionEvent,
  upsertTransactions,
} from "./transactions.ts";
export { readDatabaseVersion } from "./version.ts";
