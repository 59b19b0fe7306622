/**
 * Errors thrown by this package.
 *
 * - `l1/node-failed`: the development L1 node did not start or died. A retry can help when the port was taken.
 * - `l1/unsupported-platform`: no anvil binary for this machine. A retry cannot help.
 * - `l1/transaction-reverted`: a transaction was mined and reverted; `details.reason` names the contract's error. A retry
 *   helps only when the state that caused it changed.
 * - `l1/unavailable`: the RPC does not answer, not what is asked, or is behind (retry, later or on another RPC).
 * - `l1/queue-mismatch`: queue events do not hash to what the contract stores: the RPC lies or is behind. Retry on another RPC.
 * - `l1/unknown-event`: a mined transaction lacks the event it must emit: the address is not a Cairn rollup.
 */
export type L1ErrorCode =
  | "l1/node-failed"
  | "l1/unsupported-platform"
  | "l1/transaction-reverted"
  | "l1/unavailable"
  | "l1/queue-mismatch"
  | "l1/unknown-event";
