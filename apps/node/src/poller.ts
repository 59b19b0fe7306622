import type { Logger } from "pino";
import type { Clock } from "./clock.ts";

/** Work that is done again and again, one run at a time. */
export interface Poller {
  /** Begins: the first run comes after `firstMs`, at once by default, each later one a pause after the one before. */
  readonly start: (firstMs?: number) => void;
  /** Runs now, or joins the run under way. Rejects with what the run throws. */
  readonly poll: () => Promise<void>;
  /**
   * Something has changed: a run that sees it begins at once, or right after the run under way. Does nothing before the start
   * and after the stop.
   */
  readonly poke: () => void;
  /** No run begins any more by itself; waits for the one under way. */
  readonly stop: () => Promise<void>;
}

/** How a poller works. */
export interface PollerOptions {
  readonly run: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The log's message when a run throws. */
  readonly failure: string;
  /** Pause after a run. */
  readonly pollMs: number;
  /** The pause doubles with each run that throws, up to this; by default it stays. */
  readonly maxPauseMs?: number;
}

/** A poller that has not begun. */
export function createPoller({ run, clock, logger, failure, pollMs, maxPauseMs = pollMs }: PollerOptions): Poller {
  let current: Promise<void> | null = null;
  let state: "new" | "started" | "stopped" = "new";
  let isPoked = false;
  let pauseMs = pollMs;
  let cancel: () => void = () => undefined;

  const poll = (): Promise<void> => {
    current ??= attempt().finally(() => {
      current = null;
      if (isPoked) turn();
    });
    return current;
  };

  /** As a function of its own, what `run` throws at once rejects, too. */
  const attempt = async (): Promise<void> => run();

  const turn = (): void => {
    isPoked = false;
    cancel();
    if (state !== "started") return;
    poll().then(
      () => {
        pauseMs = pollMs;
        wait(pauseMs);
      },
      (error: unknown) => {
        logger.error({ err: error }, failure);
        pauseMs = Math.max(pollMs, Math.min(2 * pauseMs, maxPauseMs));
        wait(pauseMs);
      },
    );
  };

  const wait = (ms: number): void => {
    cancel();
    if (state === "started" && current === null) cancel = clock.after(ms, turn);
  };

  return {
    start: (firstMs = 0) => {
      if (state !== "new") return;
      state = "started";
      if (firstMs === 0) turn();
      else wait(firstMs);
    },
    poll,
    poke: () => {
      if (state !== "started") return;
      if (current === null) turn();
      else isPoked = true;
    },
    stop: async () => {
      state = "stopped";
      cancel();
      await current?.catch(() => undefined);
    },
  };
}
