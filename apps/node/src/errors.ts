/**
 * Errors thrown by this package. Only those marked (retry) can be helped by a retry. What reads L1 also
 * throws those of `@cairn/l1`.
 *
 * - `node/bad-config`: a setting is missing, malformed or contradicts another; `details.problems` lists all of them.
 * - `node/overloaded`: more transactions are being checked or waiting than the limits allow, or than provers would bring to L1
 *   in time; `details.retryAfterSeconds` says when to retry, `details.expectedSeconds` when L1 is expected to accept a block.
 * - `node/unavailable`: storage fails or the node recovers from a failure; nothing was acknowledged (retry later).
 * - `node/stopping`: the node shuts down (retry at another node, or later).
 * - `node/state-diverged`: state store and database contradict each other and cannot be reconciled: restore from L1.
 * - `node/already-running`: another node uses this data directory or database.
 * - `node/needs-restore`: the rollup has batches and this node has none: start it with `--restore`, once.
 * - `node/queue-gap`: the L1 queue as stored does not continue the chain; the watcher must read it again (retry).
 * - `node/witness-mismatch`: a stored prover input does not lead to the roots of its block. A retry cannot help.
 * - `node/proof-rejected`: the verifier on L1 does not accept a proof; `details` holds the evidence.
 * - `node/l1-unavailable`: no L1 node answers, or what it shows does not fit together: it lags, lies or reorganises (retry).
 * - `node/wrong-l1`: the L1 node serves another chain, or there is no rollup at the address.
 * - `node/wrong-sequencer`: the process that an API apart asks is no sequencer, serves another rollup, or is of another version.
 * - `node/l1-diverged`: what the L1 node shows of an accepted batch does not lead to the root that was proven: it lies (retry on
 *   another L1 node).
 */
export type NodeErrorCode =
  | "node/bad-config"
  | "node/overloaded"
  | "node/unavailable"
  | "node/stopping"
  | "node/state-diverged"
  | "node/already-running"
  | "node/needs-restore"
  | "node/queue-gap"
  | "node/witness-mismatch"
  | "node/proof-rejected"
  | "node/l1-unavailable"
  | "node/wrong-l1"
  | "node/wrong-sequencer"
  | "node/l1-diverged";
