import { CairnError } from "@cairn/protocol";
import {
  BaseError,
  BlockNotFoundError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  RpcRequestError,
} from "viem";

/** Decoding errors of an answer that does not have the function's type: another contract answered. */
const UNREADABLE = /^(?:Abi|PositionOutOfBounds)/;
/** No server was reached: a narrower question would not be answered either. */
const NO_CONNECTION = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const BUSY = /rate.?limit|too many requests|request(?:s)? limit|requests per|compute units|throughput|capacity/i;

/**
 * How RPCs refuse to serve a state that they do not have. Geth, Erigon, Nethermind, Besu and Reth word it differently,
 * and so do providers that have no archive. "header not found" is left out: a node that is behind says it too.
 */
const MISSING_STATE = new RegExp(
  [
    "missing trie node",
    "(?:historical )?state .*(?:is not|not|un)\\s?available",
    "historical state",
    "world state",
    "state .*(?:discarded|pruned)",
    "pruned",
    "pruning",
    "no state available",
    "archive (?:node|state|data|request)",
    "exceeds (?:the )?(?:maximum )?proof window",
    "older than .* blocks",
    "only .* (?:last|recent) .*blocks",
  ].join("|"),
  "i",
);

/** The execution API's code for history that a node has pruned (EIP-4444). */
const PRUNED_HISTORY_CODE = 4444;
/** How RPCs refuse to serve old events, transactions and blocks; "history" tells them from old states. */
const PRUNED_HISTORY = new RegExp(
  [
    "pruned history",
    "history (?:has been |is |was )?(?:pruned|expired|unavailable|not available)",
    "(?:logs?|receipts?|bod(?:y|ies)) .*(?:pruned|expired|no longer available)",
  ].join("|"),
  "i",
);

/** Codes for a block that the RPC does not have: EIP-1474's, and the execution API's for unresolved tags. */
const NO_BLOCK_CODES = new Set([-32001, -39001]);
const INVALID_PARAMETERS = -32602;
const TOO_MANY_PARAMETERS =
  /too many (?:arguments|param)|(?:arguments?|parameters?) count|unknown (?:argument|parameter)/i;
const NO_BLOCK = new RegExp(
  [
    "(?:block|header).* (?:not|could not be) found",
    "(?:block|header) not found",
    "unknown block",
    "block .*(?:not available|unavailable|does not exist|is not known)",
    "no (?:such )?(?:safe |finalized )?block",
    "not (?:yet )?finalized",
    "finalized? block is (?:nil|null|not)",
    "resource not found",
  ].join("|"),
  "i",
);
/** How nodes refuse a tag that they do not know, or know but have no block for. */
const NO_TAG = /(?:invalid|unsupported|unknown|not support\w*).*(?:tag|block)|tag.*(?:not supported|invalid|unknown)/i;

/** Whether a failure comes from the contract or from our own code, not from the connection. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof CairnError || (error instanceof Error && error.name === "AbortError")) return true;
  if (!(error instanceof BaseError)) return false;
  if (error instanceof BlockNotFoundError) return true;
  return (
    error.walk(
      (cause) =>
        cause instanceof ContractFunctionRevertedError ||
        cause instanceof ContractFunctionZeroDataError ||
        (cause instanceof BaseError && UNREADABLE.test(cause.name)),
    ) !== null
  );
}

/** Whether there is no contract at the address. */
export function isNothingThere(error: unknown): boolean {
  return error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionZeroDataError) !== null;
}

/** Whether a node answered, with an error, as opposed to not answering. */
export function isRefusal(error: unknown): boolean {
  return refusalOf(error) !== null;
}

/** Whether nobody answers at the RPC's address. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const request = error.walk((cause) => cause instanceof HttpRequestError);
  if (!(request instanceof HttpRequestError) || request.status !== undefined) return false;
  return request.walk((cause) => NO_CONNECTION.has(String((cause as { readonly code?: unknown }).code))) !== null;
}

/** Whether the RPC wants fewer requests, not smaller ones. */
export function isBusy(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal !== null) return refusal.code === 429 || refusal.code === -32007 || BUSY.test(refusal.text);
  if (!(error instanceof BaseError)) return false;
  const request = error.walk((cause) => cause instanceof HttpRequestError);
  return request instanceof HttpRequestError && request.status === 429;
}

/** Whether the RPC refuses because it does not have the state of the block that was asked for. */
export function isMissingState(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== null && !isBusy(error) && !isMissingHistory(error) && MISSING_STATE.test(refusal.text);
}

/** Whether the RPC refuses because it has forgotten events, transactions or blocks that old. */
export function isMissingHistory(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === null || isBusy(error)) return false;
  return refusal.code === PRUNED_HISTORY_CODE || PRUNED_HISTORY.test(refusal.text);
}

/**
 * Whether the RPC says that it has no such block: by a null answer or an error. With a tag, also by calling an
 * argument invalid: the tag is the only one that could be.
 */
export function isMissingBlock(error: unknown, block: number | string): boolean {
  if (error instanceof Error && error.name === "BlockNotFoundError") return true;
  const refusal = refusalOf(error);
  if (refusal === null || isBusy(error)) return false;
  if (NO_BLOCK_CODES.has(refusal.code) || NO_BLOCK.test(refusal.text) || isMissingHistory(error)) return true;
  return typeof block === "string" && (refusal.code === INVALID_PARAMETERS || NO_TAG.test(refusal.text));
}

/** Whether the RPC refuses a request because of a parameter that it does not take. */
export function isBadParameter(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== null && (refusal.code === INVALID_PARAMETERS || TOO_MANY_PARAMETERS.test(refusal.text));
}

interface Refusal {
  readonly code: number;
  readonly text: string;
}

function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof BaseError)) return null;
  const found = error.walk((cause) => cause instanceof RpcRequestError);
  if (!(found instanceof RpcRequestError)) return null;
  const data = typeof found.data === "string" ? ` ${found.data}` : "";
  return { code: found.code, text: `${found.details}${data}` };
}
