// What callers of actions need of packages below, so that installing this one is enough.
export { CairnError, type Domain, memoReference, referenceText, textReference } from "@cairn/protocol";
export {
  type ForceWithdrawParameters,
  forceWithdraw,
  type SetKeyParameters,
  setKey,
} from "./actions/account-requests.ts";
export { type ClaimParameters, claim, readClaimable } from "./actions/claim.ts";
export {
  type CairnClient,
  type CairnConfig,
  type CairnContext,
  cairn,
  type L1Connection,
} from "./actions/context.ts";
export { type CairnActions, cairnActions } from "./actions/decorator.ts";
export { type DepositParameters, deposit } from "./actions/deposit.ts";
export { type ExitParameters, exit, exitCall, freeze, type ReclaimParameters, reclaim } from "./actions/escape.ts";
export { type ExitProof, parseExitProof } from "./actions/exit-proof.ts";
export { type PayOutParameters, type PayoutList, payOut } from "./actions/pay-out.ts";
export { type PayeeRef, type PayOptions, quoteFee } from "./actions/paying.ts";
export {
  type PayRequestOptions,
  payRequest,
  type RequestPaymentParameters,
  type RequestState,
  requestPayment,
  type TakenRequest,
} from "./actions/payment-requests.ts";
export type { BaseClient } from "./actions/reader.ts";
export { requests, resume } from "./actions/resume.ts";
export type { RequestOptions } from "./actions/send-on-l1.ts";
export {
  type AcceptSwapParameters,
  acceptSwap,
  type OfferedSwap,
  type OfferSwapParameters,
  offerSwap,
} from "./actions/swaps.ts";
export {
  type DescribedToken,
  describeToken,
  findToken,
  type Token,
  type TokenRef,
} from "./actions/tokens.ts";
export {
  type PayManyParameters,
  type Payment,
  payMany,
  type TransferParameters,
  transfer,
} from "./actions/transfer.ts";
export { type WithdrawParameters, withdraw } from "./actions/withdraw.ts";
export { formatAmount, parseAmount } from "./amount-text.ts";
export { type Amount, ceilToFee, encodeAmount, encodeFee } from "./amounts.ts";
export { type BalancesQuery, sumBalances, type TokenBalance } from "./balances.ts";
export {
  createNodeClient,
  type NodeClient,
  type NodeClientConfig,
  type NodeClientDeps,
  type Submission,
} from "./client.ts";
export {
  type ApiFailure,
  apiErrorOf,
  type CairnErrorCode,
  isCairnError,
  isRetryable,
  type SdkErrorCode,
} from "./errors.ts";
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
export {
  isPaymentRequest,
  type LocatedRequest,
  parsePaymentRequest,
  paymentRequestLink,
  paymentRequestQrText,
  randomReference,
} from "./payment-request.ts";
export {
  type L1Document,
  type L1Kind,
  type L2Document,
  type L2Kind,
  parseDocument,
  type RequestDocument,
} from "./requests/document.ts";
export {
  type AnyHandle,
  type DocumentOf,
  type Failure,
  type GoalOf,
  type Handle,
  type L1Receipt,
  type L2Receipt,
  type ReceiptOf,
  type RequestKind,
  STATUSES,
  type StatusOf,
} from "./requests/handle.ts";
export { findPayout, type PayoutQuery, type PayoutView, readSettled, type SettledPayout } from "./requests/payout.ts";
export {
  type EntryOutcome,
  type EntryProgress,
  type EntryStatus,
  entriesOf,
  findEntry,
  isAtLeast,
  type QueuedEntry,
} from "./requests/queue-entry.ts";
export type { WaitFor } from "./requests/wait.ts";
export {
  type KdfCost,
  type KeyFileDeps,
  type KeyFileHeader,
  type KeyFileSecrets,
  openKeyFile,
  parseKeyFile,
  type SealedKeyFile,
  sealKeyFile,
} from "./signers/key-file.ts";
export { type PrfExtension, prfExtension, prfOf, secretFromPrf } from "./signers/passkey.ts";
export { type Eip1193Provider, providerSigner } from "./signers/provider.ts";
export { type Signer, type SigningPurpose, type SigningRequest, secretSigner, signWith } from "./signers/signer.ts";
export {
  type MessageLine,
  serveVault,
  type Vault,
  type VaultAnswers,
  type VaultOptions,
  type VaultQuestion,
  vaultOf,
} from "./signers/vault.ts";
export type { SponsorLimits } from "./sponsoring/limits.ts";
export { createSponsor, type Sponsor, type SponsorConfig, type Sponsorship } from "./sponsoring/sponsor.ts";
export {
  type SponsoredDraft,
  type SponsoredKind,
  type SponsorTerms,
  signSponsored,
  sponsorTermsFromJson,
  sponsorTermsToJson,
} from "./sponsoring/terms.ts";
export { memoryStorage, type RequestStorage } from "./storage/storage.ts";
export type {
  AskedLike,
  DatabaseLike,
  IndexedDbLike,
  ObjectStoreLike,
  OpeningLike,
  TransactionLike,
} from "./storage/web-database.ts";
export {
  type WebChannelLike,
  type WebLocksLike,
  type WebStorageParts,
  webStorage,
} from "./storage/web-storage.ts";
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
