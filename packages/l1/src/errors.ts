import { CairnError } from "@cairn/protocol";

/**
 * Errors thrown by this package.
 *
 * - `l1/node-failed`: the development L1 node did not start or died. A retry can help when the port was taken.
 * - `l1/unsupported-platform`: no anvil binary for this machine. A retry cannot help.
 * - `l1/transaction-reverted`: a transaction was mined and reverted; `details.reason` names the contract's error. A
 *   retry helps only when the state that caused it changed.
 * - `l1/unavailable`: the RPC does not answer, answers something else, or is behind (retry, later or on another RPC).
 * - `l1/transaction-refused`: the L1 node rejected a transaction and does not hold it; `details.refusal` says why. A
 *   retry helps when that has changed; it uses the same nonce, so it cannot pay twice.
 * - `l1/transaction-replaced`: another transaction of the account took the nonce, so this call did not happen and
 *   cannot happen any more, unless a reorg undoes the other one (`details.isFinal` says that it cannot). A retry makes
 *   a new one.
 * - `l1/outcome-unknown`: L1 may or may not include a transaction that was signed and sent; `details` names hash and
 *   nonce. Look up the hash on L1, or keep waiting for the same transaction; a new one may pay twice.
 * - `l1/approval-failed`: a token's `approve` succeeded, but the allowance is still too small. A retry cannot help.
 * - `l1/permit-unsupported`: a token supports no EIP-2612 permits, or not in a form that can be checked. Approve it
 *   instead.
 * - `l1/state-missing`: the RPC does not have the contract's state of a block: it has pruned it, or is behind (retry on
 *   another RPC, or for a later block).
 * - `l1/history-pruned`: the RPC says that it has forgotten events, transactions or blocks that old (EIP-4444). Retry on
 *   another RPC, or read archives first.
 * - `l1/not-a-rollup`: there is no Cairn rollup at the address. A retry cannot help.
 * - `l1/unknown-circuit`: L1 accepted a batch of a circuit that this version does not know. A retry cannot help.
 * - `l1/events-incomplete`: events of batches or queue entries are missing compared with the contract's counts: the RPC
 *   withholds them or has pruned them. Retry on another RPC.
 * - `l1/bad-events`: the RPC returns events that were not asked for, or that contradict each other. Retry, or on
 *   another RPC.
 * - `l1/queue-mismatch`: queue events do not hash to what the contract stores: the RPC lies. Retry on another RPC.
 * - `l1/batch-mismatch`: event and transaction of a batch contradict each other; `details.batch` and `details.check`
 *   say where. The RPC lies. Retry on another one.
 * - `l1/blob-unavailable`: no source has the blob of a batch; `details.problems` says what each answered. Retry when one
 *   was unavailable, or with an archive: beacon nodes forget blobs after about 18 days.
 * - `l1/bad-transaction`: bytes that were to be sent are no signed blob transaction of the blobs given with it: a defect.
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
  | "l1/state-missing"
  | "l1/history-pruned"
  | "l1/not-a-rollup"
  | "l1/unknown-circuit"
  | "l1/events-incomplete"
  | "l1/bad-events"
  | "l1/queue-mismatch"
  | "l1/batch-mismatch"
  | "l1/blob-unavailable"
  | "l1/bad-transaction"
  | "l1/unknown-event";

/**
 * An error of this package.
 *
 * @example throw l1Error("l1/unavailable", `no L1 node answers at ${redactUrl(rpcUrl)}`, { cause });
 */
export function l1Error(
  code: L1ErrorCode,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
): CairnError<L1ErrorCode> {
  return new CairnError(code, message, options);
}
