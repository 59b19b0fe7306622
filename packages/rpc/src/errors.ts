/** One kind of failure as the API reports it. */
export interface ApiErrorEntry {
  readonly http: number;
  /** Whether sending the same request again later may succeed. */
  readonly isRetryable: boolean;
}

/** Every failure the API answers with; the one table for HTTP status and retry. Meanings are in `meanings.ts`. */
export const API_ERRORS = {
  "bad-request": { http: 400, isRetryable: false },
  unauthorized: { http: 401, isRetryable: false },
  "forbidden-origin": { http: 403, isRetryable: false },
  "not-found": { http: 404, isRetryable: false },
  "method-not-allowed": { http: 405, isRetryable: false },
  "request-timeout": { http: 408, isRetryable: true },
  "not-accepted": { http: 409, isRetryable: false },
  gone: { http: 410, isRetryable: false },
  "too-large": { http: 413, isRetryable: false },
  "uri-too-long": { http: 414, isRetryable: false },
  "unsupported-media": { http: 415, isRetryable: false },
  rejected: { http: 422, isRetryable: false },
  "upgrade-required": { http: 426, isRetryable: false },
  overloaded: { http: 429, isRetryable: true },
  "rate-limited": { http: 429, isRetryable: true },
  "headers-too-large": { http: 431, isRetryable: false },
  internal: { http: 500, isRetryable: true },
  unavailable: { http: 503, isRetryable: true },
} as const satisfies Record<string, ApiErrorEntry>;

/** Name of a failure. */
export type ApiErrorCode = keyof typeof API_ERRORS;

/** `details.reason` of `unavailable` where it stays so: the rollup is frozen, or another node serves its operator. */
const LASTING = /^(?:frozen|notOperator)$/;

/**
 * Whether sending the same request to the same node again later may succeed, after a failure with these details.
 *
 * @example isRetryableFailure("unavailable", { reason: "frozen" }); // false
 */
export function isRetryableFailure(code: ApiErrorCode, details?: Readonly<Record<string, unknown>>): boolean {
  // No other failure has such a reason.
  return API_ERRORS[code].isRetryable && !LASTING.test(String(details?.reason));
}
