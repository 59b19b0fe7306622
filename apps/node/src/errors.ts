/**
 * Errors thrown by this package. A retry helps only for those marked (retry). Functions that read L1 also
 * throw those of `@cairn/l1`.
 *
 * - `node/bad-config`: a setting is missing, malformed or contradicts another; `details.problems` lists all of them.
 * - `node/overloaded`: more transactions are being checked or waiting than the limits allow, or than provers would
 *   bring to L1 in time; `details.retryAfterSeconds` says when to retry, `details.expectedSeconds` when L1 is expected
 *   to accept a block (retry then).
 * - `node/unavailable`: storage fails or the node is recovering from a failure; nothing was acknowledged (retry later).
 * - `node/stopping`: the node is shutting down (retry at another node, or later).
 * - `node/state-diverged`: state store and database contradict each other and cannot be reconciled: restore from L1.
 * - `node/already-running`: another node uses this data directory or database.
 * - `node/needs-restore`: the rollup has batches but this node has none: start it with `--restore`, once.
 * - `node/queue-gap`: the stored L1 queue does not continue the chain; the watcher must read it again (retry).
 * - `node/witness-mismatch`: a stored prover input does not lead to what its proof must state. A retry cannot help.
 * - `node/bad-batch`: a policy for batches made a decision that leaves out or repeats blocks. A defect of the node.
 * - `node/oversized-transaction`: a transaction is larger than L1 nodes take; nothing was sent. A defect of the node.
 * - `node/unknown-proof`: a stored proof needs a circuit that this version does not have: update the provers.
 * - `node/proof-rejected`: the verifier on L1 does not accept a proof; `details` holds the evidence.
 * - `node/l1-unavailable`: no L1 node answers, or its answers are inconsistent: it lags, lies or reorganises (retry).
 * - `node/wrong-l1`: the L1 node serves another chain, or there is no rollup that the node understands at the address.
 * - `node/wrong-sequencer`: the process behind a separate API is not a sequencer, serves another rollup, or has another
 *   version.
 * - `node/l1-diverged`: the L1 node's data of an accepted batch does not lead to the proven root, or it has another block
 *   than the one up to which archives were read: it lies, or is of another chain (retry on another L1 node).
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
  | "node/bad-batch"
  | "node/oversized-transaction"
  | "node/unknown-proof"
  | "node/proof-rejected"
  | "node/l1-unavailable"
  | "node/wrong-l1"
  | "node/wrong-sequencer"
  | "node/l1-diverged";
