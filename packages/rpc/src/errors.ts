/** One kind of failure as the API reports it. */
export interface ApiErrorEntry {
  readonly http: number;
  readonly jsonRpc: number;
  /** Whether sending the same request again later may succeed. */
  readonly isRetryable: boolean;
}

/** Every failure the API answers with; the one table for HTTP status and JSON-RPC code. Meanings are in `meanings.ts`. */
export const API_ERRORS = {
  "bad-request": {
    http: 400,
    jsonRpc: -32602,
    isRetryable: false,
  },
  unauthorized: { http: 401, jsonRpc: -32001, isRetryable: false },
  "forbidden-origin": {
    http: 403,
    jsonRpc: -32014,
    isRetryable: false,
  },
  "not-found": {
    http: 404,
    jsonRpc: -32004,
    isRetryable: false,
  },
  "method-not-allowed": {
    http: 405,
    jsonRpc: -32601,
    isRetryable: false,
  },
  "request-timeout": {
    http: 408,
    jsonRpc: -32013,
    isRetryable: true,
  },
  "not-accepted": {
    http: 409,
    jsonRpc: -32016,
    isRetryable: false,
  },
  gone: {
    http: 410,
    jsonRpc: -32015,
    isRetryable: false,
  },
  "too-large": { http: 413, jsonRpc: -32600, isRetryable: false },
  "uri-too-long": {
    http: 414,
    jsonRpc: -32600,
    isRetryable: false,
  },
  "unsupported-media": {
    http: 415,
    jsonRpc: -32600,
    isRetryable: false,
  },
  rejected: {
    http: 422,
    jsonRpc: -32010,
    isRetryable: false,
  },
  "upgrade-required": {
    http: 426,
    jsonRpc: -32600,
    isRetryable: false,
  },
  overloaded: {
    http: 429,
    jsonRpc: -32011,
    isRetryable: true,
  },
  "rate-limited": {
    http: 429,
    jsonRpc: -32017,
    isRetryable: true,
  },
  "headers-too-large": {
    http: 431,
    jsonRpc: -32600,
    isRetryable: false,
  },
  internal: { http: 500, jsonRpc: -32603, isRetryable: true },
  unavailable: {
    http: 503,
    jsonRpc: -32012,
    isRetryable: true,
  },
} as const satisfies Record<string, ApiErrorEntry>;

/** Name of a failure. */
export type ApiErrorCode = keyof typeof API_ERRORS;
