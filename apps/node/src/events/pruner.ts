import { type Database, pruneEvents } from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { createPoller, type Poller } from "../poller.ts";

const POLL_MS = 60_000;
/** Rows that one statement removes: others wait for it only a moment. */
const AT_A_TIME = 5000;
const HOUR_MS = 3_600_000;

/** Removes events that are older than the log is to be; it has not started. */
export function createEventPruner(
  keptHours: number,
  deps: { readonly database: Database; readonly clock: Clock; readonly logger: Logger },
): Poller {
  const prune = async (): Promise<void> => {
    while ((await pruneEvents(deps.database.db, keptHours * HOUR_MS, AT_A_TIME)) === AT_A_TIME);
  };
  return createPoller({ ...deps, run: prune, failure: "old events cannot be removed", pollMs: POLL_MS });
}
