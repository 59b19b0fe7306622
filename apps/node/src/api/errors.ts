import { isCairnError } from "@cairn/protocol";
import { API_ERRORS, type ApiErrorCode } from "@cairn/rpc";
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
};

/** What a client is told of an error; the unforeseen gives nothing away. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isCairnError(error)) {
    const code = CODES[error.code];
    // When and why to come back.
    const details = code === "overloaded" && Object.keys(error.details).length > 0 ? { ...error.details } : undefined;
    if (code !== undefined) return new ApiError(code, error.message, details);
  }
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  if (status === 413) return new ApiError("too-large", "the request body is too large");
  if (status === 404) return new ApiError("not-found", "there is no such operation");
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new ApiError("bad-request", error instanceof Error ? error.message : "the request is malformed");
  }
  return new ApiError("internal", "the node failed; its log says why");
}

/** The answer to a group that cannot run. */
export function rejectionError({ index, reason }: SubmissionRejection): ApiError {
  return new ApiError("rejected", `transaction ${index} cannot run: ${reason.type}`, {
    index,
    reason: toPlain(reason),
  });
}
