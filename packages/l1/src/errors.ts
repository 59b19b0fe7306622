/**
 * Errors thrown by this package.
 *
 * - `l1/node-failed`: the development L1 node did not start or died. A retry can help when the port was taken.
 * - `l1/unsupported-platform`: no anvil binary for this machine. A retry cannot help.
 * - `l1/transaction-reverted`: a transaction was mined and reverted; `details.reason` names the contract's error. A retry
 *   helps only when the state that caused it changed.
 * - `l1/unavailable`: the RPC does not answer, not what is asked, or is behind (retry, later or on another RPC).
 * - `l1/transaction-refused`: the L1 node did not take a transaction and does not know it; `details.refusal` says why. A retry
 *   helps when that has changed; it goes under the same nonce, so it cannot pay twice.
 * - `l1/transaction-replaced`: another transaction of the account took the nonce, so this call did not happen and cannot happen
 *   any more, unless a reorg takes the other one back (`details.isFinal` says that it cannot). A retry makes a new one.
 * - `l1/outcome-unknown`: L1 may or may not take a transaction that was signed and handed over; `details` names hash and nonce.
 *   Ask L1 for the hash, or go on waiting for the same transaction; a new one may pay twice.
 * - `l1/approval-failed`: a token's `approve` succeeded, and the allowance is too small all the same. A retry cannot help.
 * - `l1/permit-unsupported`: a token takes no EIP-2612 permits, or not in a form that can be checked. Approve it instead.
 * - `l1/queue-mismatch`: queue events do not hash to what the contract stores: the RPC lies or is behind. Retry on another RPC.
 * - `l1/unknown-event`: a mined transaction lacks the event it must emit: the address is not a Cairn rollup.
 */
export type L1ErrorCode =
  | "l1/node-failed"
  | "l1/unsupported-platform"
  | "l1/transaction-reverted"
  | "l1/unavailable"
  | "l1/transaction-refused"
  | "l1/transaction-replaced"
  | "l1/outcome-unknown"
  | "l1/approval-failed"
  | "l1/permit-unsupported"
  | "l1/queue-mismatch"
  | "l1/unknown-event";
