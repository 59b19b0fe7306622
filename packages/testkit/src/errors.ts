/**
 * Errors thrown by this package. A retry cannot help.
 *
 * - `testkit/scenario-syntax`: a line of a scenario is not a statement; `details.line` counts from 1.
 * - `testkit/scenario-reference`: a statement names an account that does not exist yet.
 * - `testkit/scenario-failed`: a statement did not do what the scenario says: refused, left out, or another balance.
 */
export type TestkitErrorCode = "testkit/scenario-syntax" | "testkit/scenario-reference" | "testkit/scenario-failed";
