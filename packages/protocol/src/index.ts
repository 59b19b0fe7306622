export {
  EMPTY_ACCOUNT,
  type Account,
  accountMeta,
  accountWords,
  assertKey,
  isEmptyAccount,
} from "./account.ts";
export {
  type Hex,
  addressToBigint,
  assertLength,
  assertUint,
  assertUintNumber,
  bigintToAddress,
  bigintToBytes,
  bigintToHex,
  bytesToBigint,
  bytesToHex,
  bytesToNumber,
  concatBytes,
  hexToBytes,
  isZero,
} from "./bytes.ts";
export * from "./constants.ts";
export type { ProtocolErrorCode } from "./error-codes.ts";
export { CairnError, isCairnError } from "./errors.ts";
export {
  type Float16,
  type Float40,
  WHOLE_BALANCE,
  decodeFloat16,
  decodeFloat40,
  encodeFloat16,
  encodeFloat40,
  float16,
  float40,
  floorToFloat16,
  floorToFloat40,
} from "./float.ts";
export {
  type AccountIndex,
  type BatchNumber,
  type BlockNumber,
  type Branded,
  type L1BlockNumber,
  type TokenId,
  accountIndex,
  batchNumber,
  blockNumber,
  l1BlockNumber,
  tokenId,
} from "./ids.ts";
export {
  type Deposit,
  EMPTY_QUEUE_HASH,
  type ForcedWithdraw,
  type L1Operation,
  type SetKey,
  assertL1Operation,
  decodeL1Operation,
  encodeL1Operation,
  nextQueueHash,
} from "./l1-operation.ts";
export {
  type Domain,
  type LinkContentWords,
  type MessageWords,
  assertTransaction,
  domainToBigint,
  encodeLinkOffset,
  linkContentWords,
  messageWords,
  recipientOrOwner,
  signedTo,
  toKey,
} from "./message.ts";
export { type Payout, decodePayouts, encodePayouts, payoutsHash } from "./payout.ts";
export { type PublicInputFields, publicInput, publicInputPreimage } from "./public-input.ts";
export {
  type PublishedData,
  type PublishedSlot,
  dataHash,
  decodePublishedData,
  encodePublishedData,
  encodeSlot,
  padPublishedData,
  trimPublishedData,
} from "./published-data.ts";
export {
  type L2Transaction,
  type Link,
  type SchnorrSignature,
  type SignedTransaction,
  type TransactionCommon,
  type TransactionGroup,
  type Transfer,
  type TransferToNew,
  type Withdraw,
  transactionLink,
} from "./transaction.ts";
export { type TxLeafWords, txLeafWords } from "./tx-tree.ts";
