import { CairnError, isCairnError } from "@cairn/protocol";

/** A failure in a worker, as it is told to the page. */
export interface Failure {
  /** Null for a failure that is not one of the packages'. */
  readonly code: string | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a worker tells of an error. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!isCairnError(error)) return { code: null, message, details: {} };
  return { code: error.code, message, details: plain(error.details) };
}

/** The error that a worker told of. */
export function errorOf({ code, message, details }: Failure): Error {
  return code === null ? new TypeError(message) : new CairnError(code, message, { details });
}

/** What can be sent from a worker. */
function plain(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(details, (_key, value) => (typeof value === "bigint" ? String(value) : value)));
}
