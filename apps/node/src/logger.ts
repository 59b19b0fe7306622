import { redactUrls } from "@cairn/protocol";
import { type Logger, type LoggerOptions, pino, stdSerializers } from "pino";

/** A logger that writes JSON lines to a file, or to a file descriptor such as 2 for stderr. */
export function createNodeLogger(level: string, destination: string | 1 | 2): Logger {
  return pino(loggerOptions(level), pino.destination({ dest: destination, mkdir: true, sync: true }));
}

/**
 * Options of every logger of the node. Errors are written without the secrets of URLs in them: the L1 connection
 * removes them already; this covers errors from elsewhere.
 */
export function loggerOptions(level: string): LoggerOptions {
  return { level, serializers: { err: (error: Error) => redacted(stdSerializers.err(error), 0) } };
}

/** Nothing of interest is nested deeper in an error. */
const MAX_DEPTH = 8;

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactUrls(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redacted(inner, depth + 1)]));
}
