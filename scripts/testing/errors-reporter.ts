import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError } from "vitest/node";

/** Where {@link ErrorsReporter} writes. */
export const ERRORS_PATH_VARIABLE = "CAIRN_TEST_ERRORS";

/** Writes what went wrong outside tests, a worker's death among it, which vitest's JSON report leaves out. */
export default class ErrorsReporter implements Reporter {
  onTestRunEnd(_modules: unknown, errors: readonly SerializedError[]): void {
    const path = process.env[ERRORS_PATH_VARIABLE];
    if (path !== undefined) writeFileSync(path, JSON.stringify(errors.map(textOf)));
  }
}

function textOf({ message, stack, cause }: SerializedError): string {
  const text = stack?.includes(message) === true ? stack : `${message}\n${stack ?? ""}`;
  return cause === undefined ? text : `${text}\n${textOf(cause)}`;
}
