import { isCairnError } from "@cairn/protocol";
import { API_ERRORS, type ApiErrorCode } from "@cairn/rpc";

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
  | "sdk/no-websocket"
  | "sdk/bad-offer";

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
  if (!isCairnError<SdkErrorCode>(error, "sdk/api-error")) return null;
  const { apiCode, status, apiDetails, retryAfterSeconds } = error.details;
  if (!isApiCode(apiCode)) return null;
  return {
    code: apiCode,
    status: Number(status),
    isRetryable: API_ERRORS[apiCode].isRetryable,
    retryAfterSeconds: typeof retryAfterSeconds === "number" ? retryAfterSeconds : null,
    details: typeof apiDetails === "object" && apiDetails !== null ? { ...apiDetails } : {},
  };
}

/**
 * Whether the same call may succeed later: a network failure, or a node that is busy, starting or temporarily broken.
 *
 * @example if (!isRetryable(error)) throw error;
 */
export function isRetryable(error: unknown): boolean {
  const api = apiErrorOf(error);
  if (api !== null) return api.isRetryable;
  if (!isCairnError(error)) return false;
  if (error.code === "sdk/bad-answer") return Number(error.details.status) >= 500;
  return error.code === "sdk/unreachable" || error.code === "sdk/timeout";
}

function isApiCode(value: unknown): value is ApiErrorCode {
  return typeof value === "string" && Object.hasOwn(API_ERRORS, value);
}
