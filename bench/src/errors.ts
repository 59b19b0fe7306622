/**
 * Errors of the benchmark. None can be helped by a retry.
 *
 * - `bench/bad-option`: the command line is not understood; the message says what is allowed.
 * - `bench/bad-report`: the file is no report of this benchmark.
 * - `bench/not-included`: the VM refused or deferred part of a block that should be full: a defect.
 * - `bench/unexpected-trace`: the execution trace does not look like a submission of a batch.
 * - `bench/not-refused`: a payout that should have been refused was paid: a defect.
 * - `bench/node-failed`: the node under load did not start, ended, or did not do in time what it should; its log is named.
 * - `bench/wrong-answer`: the node answered a request otherwise than it must: a defect.
 * - `bench/check-failed`: after the load the node does not hold what it acknowledged: a defect.
 */
export type BenchErrorCode =
  | "bench/bad-option"
  | "bench/bad-report"
  | "bench/not-included"
  | "bench/unexpected-trace"
  | "bench/not-refused"
  | "bench/node-failed"
  | "bench/wrong-answer"
  | "bench/check-failed";
