export { customerSecretKey, deriveSecretKey, isCustomerId } from "./derivation.ts";
export {
  KEY_DERIVATION_STATEMENT,
  type KeyDerivationTypedData,
  keyDerivationTypedData,
  normalizeWalletSignature,
  secretKeyFromWallet,
} from "./eip712.ts";
export type { CryptoErrorCode } from "./errors.ts";
export { assertField, GRUMPKIN_ORDER, isField, toField } from "./field.ts";
export {
  type AffinePoint,
  GRUMPKIN_GENERATOR,
  type GrumpkinPoint,
  liftX,
  pointFromAffine,
} from "./grumpkin.ts";
export {
  blockHash,
  blocksRoot,
  type ChainedBlock,
  type Chains,
  cellsRoot,
  chainsAfter,
  extendChain,
  GENESIS_CHAINS,
  historyOf,
  receiptLeaves,
} from "./history.ts";
export {
  decodeSecretKey,
  encodeSecretKey,
  generateSecretKey,
  KEY_ENTROPY_BYTES,
  publicKeyFromSecret,
  type SecretKey,
  secretKey,
  secretKeyFromBytes,
} from "./keys.ts";
export { accountHash, linkContentHash, messageHash } from "./message.ts";
export type { PoseidonState } from "./poseidon-state.ts";
export { type Compress, compress, permute } from "./poseidon2.ts";
export {
  EXTERNAL_ROUND_CONSTANTS,
  INTERNAL_DIAGONAL_MINUS_ONE,
  INTERNAL_ROUND_CONSTANTS,
} from "./poseidon2-constants.ts";
export {
  checkReceipt,
  makeReceipt,
  makeReceiptOf,
  type ReceiptBatch,
  type ReceiptClaim,
  type ReceiptContent,
  type ReceiptPath,
  type ReceiptSiblings,
} from "./receipt.ts";
export { findSigningPoint, sign, signatureChallenge, verify } from "./schnorr.ts";
export { decodeSignature, encodeSignature, isSignature, SIGNATURE_BYTES } from "./signature.ts";
