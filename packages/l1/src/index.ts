export { type PayableBatch, payBatch, type SubmittedBatch, submitBatch } from "./batches.ts";
export { type SubmittedBlobBatch, submitBlobBatch } from "./blob-batches.ts";
export {
  connectReader,
  connectToL1,
  connectWallet,
  type L1Reader,
  type L1Rollup,
  type L1Wallet,
  type ReaderOptions,
  readChainId,
  rollupAt,
  rollupDomain,
} from "./connection.ts";
export { type L1ErrorCode, l1Error } from "./errors.ts";
export { type PermitReader, type PermitSigner, type PermitTypedData, type SignedPermit, signPermit } from "./permit.ts";
export { createL1Access, insist, type L1Access, type L1AccessOptions } from "./reading/access.ts";
export { type BeaconOptions, type BeaconSlots, createBeaconSource } from "./reading/beacon.ts";
export type { BlobQuery, BlobSource } from "./reading/blob-source.ts";
export { isStillThere, type L1Block, type L1HeadTag, readBlock, readHead } from "./reading/blocks.ts";
export {
  type CommitmentReader,
  type ContractCounts,
  type ContractState,
  createCommitmentReader,
  readBatchCountAt,
  readContractCounts,
  readContractState,
  readFinalizedBatchCount,
  readQueueHash,
  readSettledWords,
  type SettledWord,
} from "./reading/contract-state.ts";
export {
  type AcceptedEvent,
  type EventPlace,
  type QueuedEvent,
  type RollupEvent,
  readRollupEvents,
  readStateEvents,
  type SettledEvent,
} from "./reading/events.ts";
export { type GatheredChecks, gatherChecks } from "./reading/gathered-checks.ts";
export { cleanLogs } from "./reading/logs.ts";
export { assertQueueEnd, EMPTY_QUEUE, followQueue, type QueueEnd, readQueue } from "./reading/queue.ts";
export {
  createRangeReader,
  DEFAULT_RANGE_LIMITS,
  type L1Range,
  type RangeLimits,
  type RangeRead,
  type RangeReader,
  type ReadRange,
} from "./reading/ranges.ts";
export { type BlobCheck, type BlobProblem, type ReadBlobDeps, readBlob } from "./reading/read-blob.ts";
export { READS_PER_CALL, readMany } from "./reading/read-many.ts";
export { isAnswer, isBadParameter, isBusy, isMissingBlock, isNothingThere, isRefusal } from "./reading/refusals.ts";
export {
  findDeploymentBlock,
  findScanStart,
  findStart,
  type KnownEvents,
  readFromHint,
  type ShownEvents,
  type Wanted,
} from "./reading/scan-start.ts";
export {
  type BlobAccess,
  type PublishedBatchContent,
  readPublishedBatch,
  type SubmissionCheck,
} from "./reading/submission.ts";
export { redactingHttp, type TransportOptions } from "./redacting-transport.ts";
export {
  type DepositTarget,
  depositEth,
  depositEthCall,
  depositToken,
  depositTokenCall,
  depositTokenWithPermit,
  type RollupReads,
  readQueueFee,
  readQueueFeeWithRoom,
  readTokenAddress,
  requestSetKey,
  requestWithdraw,
  setKeyRequestCall,
  withdrawRequestCall,
} from "./requests.ts";
export { type AskedCall, type AskedFate, CALL_TAG_BYTES, fateOfAsked, tagCalldata } from "./sending/asked-call.ts";
export { type BlobFeeCaps, type BlobMarket, initialBlobFees, replacementBlobFees } from "./sending/blob-fees.ts";
export {
  type BlobCall,
  type BlobGasFees,
  type SignedBlobTransaction,
  signBlobTransaction,
  withSidecars,
} from "./sending/blob-transaction.ts";
export {
  type CallOrCreation,
  type CompleteCall,
  type ContractCall,
  estimateRollupCall,
  type RollupCall,
} from "./sending/call.ts";
export { type GasFees, initialFees, replacementFees } from "./sending/fees.ts";
export { type Fate, type FollowOptions, fateOf, replaced, settled } from "./sending/follow.ts";
export type { NonceUser } from "./sending/nonce-user.ts";
export type { SendingReader, SigningWallet } from "./sending/parties.ts";
export { isClearRefusal, type Refusal, refusalOf } from "./sending/refusal.ts";
export {
  completeCall,
  offerTransaction,
  resumeTransaction,
  type SendOptions,
  sendCreation,
  sendToContract,
  sendToRollup,
} from "./sending/send.ts";
export {
  isSameCall,
  newestAttempt,
  raiseFees,
  type SignedAttempt,
  type SignedTransaction,
  signTransaction,
} from "./sending/signed-transaction.ts";
export { type SimulatedAccounts, type SimulatedTransaction, simulateGas } from "./sending/simulate.ts";
export { MAX_TRANSACTION_GAS } from "./sending/transaction-gas.ts";
export { approvalCalls, approveToken, assertApproved, readAllowance, type WantedApproval } from "./token-approval.ts";
export { MAX_TOKEN_DECIMALS } from "./token-decimals.ts";
export { readTokenMetadata, type TokenMetadata } from "./token-metadata.ts";
export { describeSymbol, MAX_SYMBOL_LENGTH, type SymbolDescription, symbolSkeleton } from "./token-symbol.ts";
