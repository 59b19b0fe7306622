export { type AnvilNode, type AnvilOptions, startAnvil } from "./anvil.ts";
export { type ProvenBatch, payBatch, type SubmittedBatch, submitBatch } from "./batches.ts";
export { estimateRollupCall, type RollupCall, sendToRollup, waitForSuccess } from "./chain.ts";
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
export { erc20PermitAbi } from "./erc20-permit-abi.ts";
export type { L1ErrorCode } from "./errors.ts";
export { l1OperationFromEvent, type QueuedL1Operation, readQueue, readQueueHash } from "./queue.ts";
export {
  type DepositTarget,
  depositEth,
  depositToken,
  depositTokenWithPermit,
  readQueueFee,
  readQueueFeeWithRoom,
  readTokenAddress,
  requestSetKey,
  requestWithdraw,
} from "./requests.ts";
export { MAX_TOKEN_DECIMALS, readTokenMetadata, type TokenMetadata } from "./token-metadata.ts";
export { describeSymbol, MAX_SYMBOL_LENGTH, type SymbolDescription, symbolSkeleton } from "./token-symbol.ts";
