import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError } from "vitest/node";

/** Where {@link ErrorsReporter} writes. */
export const ERRORS_PATH_VARIABLE = "CAIRN_TEST_ERRORS";

const MAX_CAUSES = 5;

/** Writes errors outside tests, such as a worker's death, which vitest's JSON report leaves out. */
export default class ErrorsReporter implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly SerializedError[]): void {
    const path = process.env[ERRORS_PATH_VARIABLE];
    if (path !== undefined) writeFileSync(path, JSON.stringify(errors.map((error) => textOf(error))));
  }
}

function textOf(error: SerializedError, depth = 0): string {
  const { message, stack, cause } = error;
  const text = stack?.includes(message) === true ? stack : `${message}\n${stack ?? ""}`;
  if (typeof cause !== "object" || cause === null || depth === MAX_CAUSES) return text;
  return `${text}\n${textOf(cause, depth + 1)}`;
}
