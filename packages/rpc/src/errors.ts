/** One kind of failure as the API reports it. */
export interface ApiErrorEntry {
  readonly http: number;
  readonly jsonRpc: number;
  /** Whether sending the same request again later may succeed. */
  readonly isRetryable: boolean;
  readonly meaning: string;
}

/** Every failure the API answers with; the one table for HTTP status, JSON-RPC code and documentation. */
export const API_ERRORS = {
  "bad-request": {
    http: 400,
    jsonRpc: -32602,
    isRetryable: false,
    meaning: "The request does not have the documented form; `details.issues` lists where.",
  },
  unauthorized: { http: 401, jsonRpc: -32001, isRetryable: false, meaning: "The admin token is missing or wrong." },
  "forbidden-origin": {
    http: 403,
    jsonRpc: -32014,
    isRetryable: false,
    meaning: "Web pages of this origin may not use the node; its operator decides which may.",
  },
  "not-found": {
    http: 404,
    jsonRpc: -32004,
    isRetryable: false,
    meaning: "It does not exist. Waiting makes sense only if it is known to be on its way.",
  },
  "method-not-allowed": {
    http: 405,
    jsonRpc: -32601,
    isRetryable: false,
    meaning: "The path has no such method; the header `allow` lists those it has.",
  },
  "request-timeout": {
    http: 408,
    jsonRpc: -32013,
    isRetryable: true,
    meaning: "The request did not arrive in time; nothing was acknowledged.",
  },
  "not-accepted": {
    http: 409,
    jsonRpc: -32016,
    isRetryable: false,
    meaning: "L1 has not accepted the batch yet; `details.newest` is the last one that it has.",
  },
  gone: {
    http: 410,
    jsonRpc: -32015,
    isRetryable: false,
    meaning:
      "The node does not have the state after that batch; `details.oldest` and `details.newest` say which it has.",
  },
  "too-large": { http: 413, jsonRpc: -32600, isRetryable: false, meaning: "The request body is larger than allowed." },
  "uri-too-long": {
    http: 414,
    jsonRpc: -32600,
    isRetryable: false,
    meaning: "The path, or a part of it, is longer than allowed.",
  },
  "unsupported-media": {
    http: 415,
    jsonRpc: -32600,
    isRetryable: false,
    meaning: "The request body is not `application/json`.",
  },
  rejected: {
    http: 422,
    jsonRpc: -32010,
    isRetryable: false,
    meaning: "The transactions cannot run; `details.reason` names the rule and `details.index` the transaction.",
  },
  "upgrade-required": {
    http: 426,
    jsonRpc: -32600,
    isRetryable: false,
    meaning: "The path is a WebSocket stream.",
  },
  overloaded: {
    http: 429,
    jsonRpc: -32011,
    isRetryable: true,
    meaning:
      "More transactions are pending than the node accepts at a time, or than its provers could bring to L1 in time; `details.retryAfterSeconds` and Retry-After say when to come back.",
  },
  "rate-limited": {
    http: 429,
    jsonRpc: -32015,
    isRetryable: true,
    meaning:
      "The client has sent more requests than the node's operator allows; `details.retryAfterSeconds` and Retry-After say when to come back, RateLimit and RateLimit-Policy what the limit is.",
  },
  "headers-too-large": {
    http: 431,
    jsonRpc: -32600,
    isRetryable: false,
    meaning: "The request's headers are larger than allowed.",
  },
  internal: { http: 500, jsonRpc: -32603, isRetryable: true, meaning: "The node failed unexpectedly." },
  unavailable: {
    http: 503,
    jsonRpc: -32012,
    isRetryable: true,
    meaning: "The node is starting, stopping or recovering; nothing was acknowledged.",
  },
} as const satisfies Record<string, ApiErrorEntry>;

/** Name of a failure. */
export type ApiErrorCode = keyof typeof API_ERRORS;
