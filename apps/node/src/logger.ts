import { type Logger, pino } from "pino";

/** A logger that writes JSON lines to a file, or to a file descriptor such as 2 for stderr. */
export function createNodeLogger(level: string, destination: string | 1 | 2): Logger {
  return pino({ level }, pino.destination({ dest: destination, mkdir: true, sync: true }));
}
