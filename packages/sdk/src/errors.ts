import type { CryptoErrorCode } from "@cairn/crypto";
import type { L1ErrorCode } from "@cairn/l1";
import { CairnError, isCairnError as isError, type ProtocolErrorCode } from "@cairn/protocol";
import { API_ERRORS, type ApiErrorCode, isRetryableFailure } from "@cairn/rpc";

/**
 * Errors thrown by this package. {@link isRetryable} says whether the same call may succeed later.
 *
 * - `sdk/unreachable`: no connection to the node, or it broke. A submission may still have arrived: submit the same
 *   again.
 * - `sdk/timeout`: no answer, or no status, in time. A submission may still have arrived: submit the same again.
 * - `sdk/aborted`: the caller's signal was aborted.
 * - `sdk/bad-answer`: the answer does not have the documented form: not a Cairn node, or one of another version.
 * - `sdk/api-error`: the node answered with a failure; {@link apiErrorOf} gives its code, details and, of a busy node, after how
 *   many seconds to call again.
 * - `sdk/bad-request`: the arguments do not have the documented form; nothing was sent.
 * - `sdk/not-reached`: the transaction was rejected, replaced or expired, so it will not reach the status.
 * - `sdk/not-encodable`: no float encodes the amount or fee; `details.below` and `details.above` are the nearest
 *   encodable values.
 * - `sdk/foreign-account`: the account has another key than the wallet, which cannot sign for it.
 * - `sdk/signature-check-failed`: a signature made here does not verify: broken hardware or library; nothing was sent.
 * - `sdk/bad-payment-code`: a payment code has a wrong checksum, belongs to another rollup, or is malformed.
 * - `sdk/bad-payee`: the payee cannot be paid: account unknown, in another token, or owner zero.
 * - `sdk/no-websocket`: the platform has no WebSocket, as Node before version 22, and none was passed to the client.
 * - `sdk/bad-offer`: a swap offer is malformed, of another rollup, wrongly signed, or not what was agreed.
 * - `sdk/not-sponsored`: the sponsor does not pay for this payment; `details.reason` names the rule, and of limits of a day
 *   `details.retryAfterSeconds` says when it begins anew.
 * - `sdk/outcome-unknown`: it was signed and may have been sent, but neither node nor L1 says what became of it;
 *   `details.id` names the request. Repeat the same request, or wait for its handle; a new one may pay twice.
 * - `sdk/request-conflict`: a request with this id and another content is stored. Take another id.
 * - `sdk/no-storage`: nothing is sent without a storage; `memoryStorage()` keeps requests until the process ends.
 * - `sdk/storage-failed`: the storage cannot be read or written; nothing was sent.
 * - `sdk/storage-busy`: another process holds a lock of the storage for a minute (retry).
 * - `sdk/bad-request-json`: a stored or given document of a request is damaged, or of another version.
 * - `sdk/wrong-rollup`: node, L1, wallet or document belong to another rollup or chain; nothing was sent.
 * - `sdk/no-account`: the client has no L1 account, or the action needs to know an owner.
 * - `sdk/no-signer`: the action needs an L2 key, and no signer was given.
 * - `sdk/no-node`: the action needs a node, and none was given.
 * - `sdk/wallet-refused`: the user or the wallet refused to sign; nothing was sent.
 * - `sdk/contract-account`: the L1 account is a contract, whose calls cannot be followed by sender and nonce.
 * - `sdk/unknown-account`: there is no L2 account that the key signs for, in this token.
 * - `sdk/unknown-token`: the rollup does not have the token.
 * - `sdk/bad-amount`: a text is not an amount of the token, or a value is no bigint in its smallest unit.
 * - `sdk/insufficient-balance`: the account holds less than amount and fee.
 * - `sdk/fee-too-high`: the node asks for more than was allowed.
 * - `sdk/frozen`: the rollup is frozen: it takes no deposits and requests any more, only exits.
 * - `sdk/nothing-to-do`: what was asked for would change nothing, such as a claim of nothing.
 * - `sdk/bad-receipt`: a receipt does not lead to a batch that L1 has, or is of another transaction: the node lies.
 * - `sdk/bad-proof`: an exit proof does not lead to the root that L1 has, or is malformed; nothing was sent.
 * - `sdk/bad-payment-request`: a link or QR text is no request for a payment: mistyped, altered, or malformed.
 * - `sdk/request-expired`: the time of a request for a payment is over; nothing was signed.
 * - `sdk/bad-payout-list`: a list of payments cannot be paid as it is; `details.problems` says where and why. Nothing of
 *   it was signed.
 * - `sdk/bad-customer-list`: ids of customers have another form, are there twice, or are too many; nothing was done.
 * - `sdk/unknown-customer`: there is no public key of a customer.
 * - `sdk/signer-failed`: the signer answered with an error, or not in its form.
 * - `sdk/bad-key-file`: a key file is damaged, or of another form.
 * - `sdk/wrong-passphrase`: the passphrase does not open the key file, or the file was altered.
 */
export type SdkErrorCode =
  | "sdk/unreachable"
  | "sdk/timeout"
  | "sdk/aborted"
  | "sdk/bad-answer"
  | "sdk/api-error"
  | "sdk/bad-request"
  | "sdk/not-reached"
  | "sdk/not-encodable"
  | "sdk/foreign-account"
  | "sdk/signature-check-failed"
  | "sdk/bad-payment-code"
  | "sdk/bad-payee"
  | "sdk/bad-offer"
  | "sdk/not-sponsored"
  | "sdk/outcome-unknown"
  | "sdk/request-conflict"
  | "sdk/no-storage"
  | "sdk/storage-failed"
  | "sdk/storage-busy"
  | "sdk/bad-request-json"
  | "sdk/wrong-rollup"
  | "sdk/no-account"
  | "sdk/no-signer"
  | "sdk/no-node"
  | "sdk/wallet-refused"
  | "sdk/contract-account"
  | "sdk/unknown-account"
  | "sdk/unknown-token"
  | "sdk/bad-amount"
  | "sdk/insufficient-balance"
  | "sdk/fee-too-high"
  | "sdk/frozen"
  | "sdk/nothing-to-do"
  | "sdk/bad-receipt"
  | "sdk/bad-proof"
  | "sdk/bad-payment-request"
  | "sdk/request-expired"
  | "sdk/bad-payout-list"
  | "sdk/bad-customer-list"
  | "sdk/unknown-customer"
  | "sdk/signer-failed"
  | "sdk/bad-key-file"
  | "sdk/wrong-passphrase"
  | "sdk/no-websocket";

/** Every code that this package throws, those of the packages below it included. */
export type CairnErrorCode = SdkErrorCode | L1ErrorCode | ProtocolErrorCode | CryptoErrorCode;

/**
 * Whether something that was caught is an error of Cairn, with this `code` if one is given. Afterwards the compiler knows
 * the codes: a `switch` completes them, and a mistyped one does not compile. For codes of other packages, such as
 * `verify/bad-proof`, take the function of the same name of `@cairn/protocol`.
 *
 * @example if (isCairnError(error, "sdk/wallet-refused")) return;
 */
export function isCairnError<Code extends CairnErrorCode = CairnErrorCode>(
  error: unknown,
  code?: Code,
): error is CairnError<Code> {
  return isError(error, code);
}

/**
 * An error of this package.
 *
 * @example throw sdkError("sdk/bad-amount", "not an amount: 1,5");
 */
export function sdkError(
  code: SdkErrorCode,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
): CairnError<SdkErrorCode> {
  return new CairnError(code, message, options);
}

/** A failure as the node reported it. */
export interface ApiFailure {
  readonly code: ApiErrorCode;
  /** HTTP status. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean;
  /** Seconds after which a node that is busy or starting asks to be called again; null when it names no time. */
  readonly retryAfterSeconds: number | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The failure that the node reported; null for every other error.
 *
 * @example if (apiErrorOf(error)?.code === "not-found") return null;
 */
export function apiErrorOf(error: unknown): ApiFailure | null {
  if (!isCairnError(error, "sdk/api-error")) return null;
  const { apiCode, status, apiDetails, retryAfterSeconds } = error.details;
  if (!isApiCode(apiCode)) return null;
  const failureDetails = typeof apiDetails === "object" && apiDetails !== null ? { ...apiDetails } : {};
  return {
    code: apiCode,
    status: Number(status),
    isRetryable: isRetryableFailure(apiCode, failureDetails),
    retryAfterSeconds: typeof retryAfterSeconds === "number" ? retryAfterSeconds : null,
    details: failureDetails,
  };
}

/**
 * Whether the same call may succeed later: node or L1 out of reach, or a node that is busy, starting or temporarily
 * broken.
 *
 * @example if (!isRetryable(error)) throw error;
 */
export function isRetryable(error: unknown): boolean {
  const api = apiErrorOf(error);
  if (api !== null) return api.isRetryable;
  if (!isCairnError(error)) return false;
  if (error.code === "sdk/bad-answer") return Number(error.details.status) >= 500;
  const passing: readonly CairnErrorCode[] = ["sdk/unreachable", "sdk/timeout", "sdk/storage-busy", "l1/unavailable"];
  return passing.includes(error.code);
}

function isApiCode(value: unknown): value is ApiErrorCode {
  return typeof value === "string" && Object.hasOwn(API_ERRORS, value);
}
