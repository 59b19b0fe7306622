/**
 * Errors of the end-to-end harness; each fails the test that ran into it.
 *
 * - `e2e/node-ended`: a node process ended before it was ready; `details.output` holds the end of its log.
 * - `e2e/refused`: a node answered a request with a failure that the test did not expect.
 * - `e2e/rpc-failed`: the L1 node did not do what a test requested.
 * - `e2e/unknown-person`: a test names someone who has no account yet.
 * - `e2e/no-limit`: the machine does not allow a test to limit a process.
 */
export type E2eErrorCode = "e2e/node-ended" | "e2e/refused" | "e2e/rpc-failed" | "e2e/unknown-person" | "e2e/no-limit";
