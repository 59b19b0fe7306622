export { type AnvilNode, type AnvilOptions, startAnvil } from "./anvil.ts";
export { type ProvenBatch, payBatch, type SubmittedBatch, submitBatch } from "./batches.ts";
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
export type { L1ErrorCode } from "./errors.ts";
export { type SignedPermit, signPermit } from "./permit.ts";
export { l1OperationFromEvent, type QueuedL1Operation, readQueue, readQueueHash } from "./queue.ts";
export {
  type DepositTarget,
  depositEth,
  depositEthCall,
  depositToken,
  depositTokenCall,
  depositTokenWithPermit,
  readQueueFee,
  readQueueFeeWithRoom,
  readTokenAddress,
  requestSetKey,
  requestWithdraw,
  withdrawRequestCall,
} from "./requests.ts";
export { estimateRollupCall, type RollupCall } from "./sending/call.ts";
export { type GasFees, initialFees, replacementFees } from "./sending/fees.ts";
export type { FollowOptions } from "./sending/follow.ts";
export { type Refusal, refusalOf } from "./sending/refusal.ts";
export { resumeTransaction, type SendOptions, sendToContract, sendToRollup } from "./sending/send.ts";
export { newestAttempt, type SignedAttempt, type SignedTransaction } from "./sending/signed-transaction.ts";
export { approveToken, readAllowance } from "./token-approval.ts";
export { MAX_TOKEN_DECIMALS, readTokenMetadata, type TokenMetadata } from "./token-metadata.ts";
export { describeSymbol, MAX_SYMBOL_LENGTH, type SymbolDescription, symbolSkeleton } from "./token-symbol.ts";
