import type { ApiErrorCode } from "./errors.ts";

/** What each failure means, for the OpenAPI document: apart from the table, which pages load. */
export const MEANINGS: Readonly<Record<ApiErrorCode, string>> = {
  "bad-request": "The request does not have the documented form; `details.issues` lists where.",
  unauthorized: "The admin token is missing or wrong.",
  "forbidden-origin": "Web pages of this origin may not use the node; its operator decides which may.",
  "not-found": "It does not exist. Waiting makes sense only if it is known to be on its way.",
  "method-not-allowed": "The path has no such method; the header `allow` lists those it has.",
  "request-timeout": "The request did not arrive in time; nothing was acknowledged.",
  "too-large": "The request body is larger than allowed.",
  "uri-too-long": "The path, or a part of it, is longer than allowed.",
  "unsupported-media": "The request body is not `application/json`.",
  rejected:
    "The transactions cannot run, or the request for a payment cannot be taken; `details.reason` names the rule and `details.index` the transaction.",
  "upgrade-required": "The path is a WebSocket stream.",
  overloaded:
    "More transactions are pending, or requests for payments stored, than the node accepts, or than its provers could bring to L1 in time; where the node can tell, `details.retryAfterSeconds` and Retry-After say when to come back.",
  "headers-too-large": "The request's headers are larger than allowed.",
  internal: "The node failed unexpectedly.",
  unavailable:
    "The node is starting, stopping or recovering; nothing was acknowledged. With `details.reason` `frozen` or `notOperator` it takes no transactions any more: do not retry.",
  "rate-limited":
    "The client has sent more requests than the node's operator allows; `details.retryAfterSeconds` and Retry-After say when to come back, RateLimit and RateLimit-Policy what the limit is.",
  "not-accepted": "L1 has not accepted the batch yet; `details.newest` is the last one that it has.",
  gone: "The node does not have the state after that batch; `details.oldest` and `details.newest` say which it has.",
};
