export {
  type Account,
  accountMeta,
  accountWords,
  assertKey,
  EMPTY_ACCOUNT,
  isEmptyAccount,
} from "./account.ts";
export {
  type AddressText,
  addressProblem,
  addressToBigint,
  bigintToAddress,
  isL1PrivateKey,
  parseAddress,
} from "./address.ts";
export { type PublishedBlock, readBatchCells } from "./batch-cells.ts";
export {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  batchCommitment,
  decodeBatchHeader,
  encodeBatchHeader,
  headerOfClaim,
  LAST_CIRCUIT_TYPE,
  type LastCircuit,
} from "./batch-header.ts";
export {
  BATCH_INPUTS,
  type BatchBinding,
  type BatchLists,
  batchInputs,
  bindBatch,
  bindingPoint,
  calldataCommitment,
  DATA_SOURCE,
  type DataSource,
  evaluateCells,
  evaluateL1Operations,
  evaluatePayouts,
  evaluateWords,
  type PointFields,
  pointPreimage,
} from "./binding.ts";
export { type ByteCursor, createByteCursor, encodeSafe64, encodeUint32, plainBytes } from "./byte-cursor.ts";
export {
  assertLength,
  assertUint,
  assertUintNumber,
  bigintToBytes,
  bigintToHex,
  bytesToBigint,
  bytesToHex,
  bytesToNumber,
  concatBytes,
  type Hex,
  hexToBytes,
  isSameBytes,
  isZero,
} from "./bytes.ts";
export {
  type BlockData,
  blockRows,
  bytesToCells,
  cellsToBytes,
  decodeExtraCells,
  decodeHeaderCell,
  encodeBlockCells,
  encodeHeaderCell,
  type HeaderCell,
} from "./cells.ts";
export { type ChainState, CLAIM_INPUTS, type Claim, claimInputs, joinClaims } from "./claim.ts";
export * from "./constants.ts";
export type { ProtocolErrorCode } from "./error-codes.ts";
export { CairnError, isCairnError } from "./errors.ts";
export {
  decodeFloat16,
  decodeFloat40,
  encodeFloat16,
  encodeFloat40,
  type Float16,
  type Float40,
  float16,
  float40,
  floorToFloat16,
  floorToFloat40,
  WHOLE_BALANCE,
} from "./float.ts";
export {
  type AccountIndex,
  accountIndex,
  type BatchNumber,
  type BlockNumber,
  type Branded,
  batchNumber,
  blockNumber,
  type TokenId,
  tokenId,
} from "./ids.ts";
export {
  isTransactionKind,
  L1_OPERATION_KINDS,
  type L1OperationKind,
  l1OperationKind,
  namesOf,
  type SlotUse,
  TRANSACTION_KINDS,
  type TransactionKind,
} from "./kinds.ts";
export {
  assertL1Operation,
  type Deposit,
  decodeL1Operation,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type ForcedWithdraw,
  type L1Operation,
  nextQueueHash,
  type SetKey,
} from "./l1-operation.ts";
export {
  type ChainEntry,
  decodePayoutList,
  encodePayoutList,
  l1Entry,
  payoutEntry,
  payoutListHash,
} from "./lists.ts";
export {
  assertTransaction,
  type Domain,
  domainToBigint,
  encodeLinkOffset,
  type LinkContentWords,
  linkContentWords,
  type MessageWords,
  messageWords,
  recipientOrOwner,
  signedTo,
  toKey,
} from "./message.ts";
export {
  decodePaymentRequest,
  encodePaymentRequest,
  PAYMENT_REQUEST_BYTES,
  type PaymentRequest,
  paymentRequestId,
  requestAuthorization,
} from "./payment-request.ts";
export type { Payout } from "./payout.ts";
export { createRedactor, redactError, redactUrl, redactUrls } from "./redact.ts";
export {
  hexToReference,
  memoReference,
  NO_REFERENCE,
  referenceText,
  referenceToHex,
  textReference,
} from "./reference.ts";
export {
  decodeSlotWord,
  encodeSlotWord,
  type PublishedSlot,
  type SlotExtra,
  type SlotWord,
  slotExtra,
} from "./slot.ts";
export {
  type L2Transaction,
  type Link,
  type SchnorrSignature,
  type SignedTransaction,
  type TransactionCommon,
  type TransactionGroup,
  type Transfer,
  type TransferToNew,
  transactionLink,
  type Withdraw,
} from "./transaction.ts";
