import { isAnswer, isClearRefusal, l1Error, refusalOf } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { BaseError, TransactionNotFoundError, TransactionReceiptNotFoundError } from "viem";

/** viem's names for failures in which nobody answered the question: no connection, or a server with too much to do. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  "HttpRequestError",
  "WebSocketRequestError",
  "SocketClosedError",
  "TimeoutError",
  "LimitExceededRpcError",
  "ResourceUnavailableRpcError",
  "ProviderDisconnectedError",
  "ChainDisconnectedError",
]);

/** Servers in front of an RPC answer with whole pages. */
const MAX_REASON = 200;

/**
 * What a failure of viem means to the caller of an action, with viem's error as the `cause`: `l1/transaction-refused`
 * where L1 takes no such transaction, for instance because the account cannot pay for it; else `l1/unavailable`. Errors
 * of Cairn are returned as they are.
 *
 * @example throw l1Failure(error, "depositETH");
 */
export function l1Failure(cause: unknown, what: string): Error {
  if (isCairnError(cause)) return cause;
  const refusal = isAnswered(cause) ? refusalOf(cause) : "other";
  return isClearRefusal(refusal)
    ? l1Error("l1/transaction-refused", `L1 refuses ${what}: ${reasonOf(cause)}`, { cause, details: { refusal } })
    : l1Error("l1/unavailable", `the RPC fails at ${what}: ${reasonOf(cause)}`, { cause });
}

/** Does what asks L1. Throws {@link l1Failure} instead of viem's errors. */
export async function askingL1<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw l1Failure(error, what);
  }
}

/** Whether L1 says that it has no such transaction: an answer, not a failure. */
export function isNotFound(error: unknown): boolean {
  return error instanceof TransactionNotFoundError || error instanceof TransactionReceiptNotFoundError;
}

/** Whether L1 or one of its contracts has answered, if only by a refusal: what that means depends on the question. */
export function isAnswered(error: unknown): boolean {
  if (isAnswer(error)) return true;
  return (
    error instanceof BaseError && error.walk((inner) => inner instanceof Error && NO_ANSWER.has(inner.name)) === null
  );
}

/** In a line, without the request and the URL that viem's message has: the URL may hold a secret. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof BaseError ? cause.details || cause.shortMessage : errorText(cause);
  const [reason = ""] = text.split("\n");
  return reason.slice(0, MAX_REASON);
}

function errorText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
