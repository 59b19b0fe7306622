export { type Amount, ceilToFee, encodeAmount, encodeFee } from "./amounts.ts";
export { createNodeClient, type NodeClient, type NodeClientConfig, type NodeClientDeps } from "./client.ts";
export { type ApiFailure, apiErrorOf, isRetryable, type SdkErrorCode } from "./errors.ts";
export type { Fetch } from "./http.ts";
export {
  keyFromSigner,
  publicKeyFromSecret,
  randomKey,
  type SecretKey,
  secretKeyFromHex,
  secretKeyToHex,
  type TypedDataSigner,
} from "./keys.ts";
export type { CallArguments, CallOptions, RouteMethods } from "./methods.ts";
export {
  type AccountQuery,
  type AccountView,
  existingPayee,
  findAccount,
  listAccounts,
  ownAccounts,
  type Payee,
  type PayeeName,
  resolvePayee,
} from "./payee.ts";
export { encodePaymentCode, isPaymentCode, type PaymentTarget, parsePaymentCode } from "./payment-code.ts";
export type { OpenSocket, Socket, SocketEvents, StreamEvent, StreamOptions, WebSocketClass } from "./stream.ts";
export {
  acceptOffer,
  makeOffer,
  offerFromJson,
  offerToJson,
  type SwapLeg,
  type SwapOffer,
  type SwapProposal,
  type SwapTerms,
  swapTerms,
} from "./swap.ts";
export { hasReached, PROGRESS, type Progress, type WaitOptions } from "./wait.ts";
export {
  createWallet,
  DEFAULT_VALIDITY_SECONDS,
  type SenderAccount,
  type SignedWithId,
  type TransactionDraft,
  type TransferDraft,
  type Wallet,
  type WalletConfig,
  type WalletDeps,
  type WithdrawDraft,
} from "./wallet.ts";
