/**
 * Errors of the benchmark. A retry helps with none of them.
 *
 * - `bench/bad-option`: the command line is not understood; the message says what is allowed.
 * - `bench/bad-report`: the file is not a report of this benchmark.
 * - `bench/not-included`: the VM refused or deferred part of a block that should be full: a defect.
 * - `bench/unexpected-trace`: the execution trace does not look like a submission of a batch.
 * - `bench/not-accepted`: L1 refused a batch with a valid proof: a defect.
 * - `bench/not-restored`: the state rebuilt from L1 is not the contract's: a defect.
 * - `bench/not-refused`: a payout that should have been refused was paid: a defect.
 * - `bench/node-failed`: the node under load did not start, ended early, or missed a deadline; the message names its
 *   log.
 * - `bench/wrong-answer`: the node gave a request the wrong answer: a defect.
 * - `bench/check-failed`: after the load the node's data differs from what it acknowledged: a defect.
 */
export type BenchErrorCode =
  | "bench/bad-option"
  | "bench/bad-report"
  | "bench/not-included"
  | "bench/unexpected-trace"
  | "bench/not-accepted"
  | "bench/not-restored"
  | "bench/not-refused"
  | "bench/node-failed"
  | "bench/wrong-answer"
  | "bench/check-failed";
