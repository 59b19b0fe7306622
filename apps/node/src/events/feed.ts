import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { createPoller } from "../poller.ts";
import type { EventLog } from "./log.ts";
import type { LogPosition } from "./position.ts";

/** Wakes those who wait for something to happen. */
export interface EventFeed {
  readonly log: EventLog;
  /**
   * Resolves once something may have happened after a position, and always when the signal is aborted. Nobody who waits
   * costs the database anything by himself.
   */
  readonly changed: (position: LogPosition, signal: AbortSignal) => Promise<void>;
  /** Looks at once: something has been written. */
  readonly poke: () => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** How often it looks by itself, for what other processes write. */
const POLL_MS = 500;
const MAX_PAUSE_MS = 10_000;

/** A feed that has not started. */
export function createEventFeed(log: EventLog, deps: { readonly clock: Clock; readonly logger: Logger }): EventFeed {
  /** The last event known. */
  let last = 0;
  const waiting = new Set<() => void>();
  /** Nobody was waiting when something was written. */
  let isUnseen = false;

  const look = async (): Promise<void> => {
    isUnseen = waiting.size === 0;
    if (isUnseen) return;
    const { number } = await log.end();
    if (number === last) return;
    last = number;
    for (const wake of [...waiting]) wake();
  };
  const poller = createPoller({
    ...deps,
    run: look,
    failure: "the log of events cannot be read",
    pollMs: POLL_MS,
    maxPauseMs: MAX_PAUSE_MS,
  });

  return {
    log,
    changed: ({ number }, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        if (signal.aborted || last > number) return resolve();
        waiting.add(wake);
        if (isUnseen) poller.poke();
        signal.addEventListener("abort", wake, { once: true });
      }),
    poke: poller.poke,
    start: () => poller.start(),
    stop: async () => {
      await poller.stop();
      for (const wake of [...waiting]) wake();
    },
  };
}
