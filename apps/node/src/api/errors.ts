import { isCairnError } from "@cairn/protocol";
import { API_ERRORS, type ApiErrorCode } from "@cairn/rpc";
import { isClosedReason } from "../block-rules.ts";
import { toPlain } from "../json.ts";
import type { SubmissionRejection } from "../sequencer/submission.ts";

/** A failure on its way to a client. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ApiErrorCode, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.details = details;
  }

  /** HTTP status of the code. */
  get status(): number {
    return API_ERRORS[this.code].http;
  }

  /** Body of the answer. */
  toBody(): { readonly error: { readonly code: ApiErrorCode; readonly message: string; readonly details?: unknown } } {
    const { code, message, details } = this;
    return { error: details === undefined ? { code, message } : { code, message, details } };
  }
}

const CODES: Readonly<Record<string, ApiErrorCode>> = {
  "node/overloaded": "overloaded",
  "node/unavailable": "unavailable",
  "node/stopping": "unavailable",
  "node/l1-unavailable": "unavailable",
  "db/unavailable": "unavailable",
  "crypto/invalid-signature": "bad-request",
  "protocol/out-of-range": "bad-request",
  "protocol/amount-overflow": "bad-request",
  "protocol/bad-hex": "bad-request",
  "protocol/bad-address": "bad-request",
};

/** What a client learns of an error; an unexpected one reveals nothing. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isCairnError(error)) {
    const code = CODES[error.code];
    if (code !== undefined) return new ApiError(code, error.message, shownDetails(code, error.details));
  }
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  if (typeof status === "number" && status >= 400 && status < 500) return requestError(status);
  return new ApiError("internal", "the node failed; its log says why");
}

/** When to come back, or why coming back does not help; what else is known of a failure is the operator's. */
function shownDetails(
  code: ApiErrorCode,
  details: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (code === "overloaded") return Object.keys(details).length > 0 ? { ...details } : undefined;
  const { reason } = details;
  return code === "unavailable" && isClosedReason(reason) ? { reason } : undefined;
}

/** What is wrong with a request that fails at the HTTP level. */
const REQUEST_ERRORS: ReadonlyMap<number, readonly [ApiErrorCode, string]> = new Map([
  [404, ["not-found", "there is no such operation"]],
  [408, ["request-timeout", "the request did not arrive in time"]],
  [413, ["too-large", "the request body is too large"]],
  [414, ["uri-too-long", "the path or a part of it is too long"]],
  [415, ["unsupported-media", "the request body must be application/json"]],
  [426, ["upgrade-required", "this path is a WebSocket stream"]],
  [431, ["headers-too-large", "the request's headers are too large"]],
]);

/** The failure of an HTTP status from 400 to 499; one without its own code is a bad request. */
export function requestError(status: number): ApiError {
  const [code, message] = REQUEST_ERRORS.get(status) ?? ["bad-request" as const, "the request is malformed"];
  return new ApiError(code, message);
}

/** The answer to a group that cannot run. */
export function rejectionError({ index, reason }: SubmissionRejection): ApiError {
  return new ApiError("rejected", `transaction ${index} cannot run: ${reason.type}`, {
    index,
    reason: toPlain(reason),
  });
}
