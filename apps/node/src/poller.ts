import type { Logger } from "pino";
import type { Clock } from "./clock.ts";

/** Work that is repeated, one run at a time. */
export interface Poller {
  /** Starts: the first run comes after `firstMs`, at once by default, each later one a pause after the previous. */
  readonly start: (firstMs?: number) => void;
  /** Runs now, or joins the current run. Rejects with what the run throws. */
  readonly poll: () => Promise<void>;
  /**
   * Something has changed: a run that sees it starts at once, or right after the current one. Does nothing before the
   * start or after the stop.
   */
  readonly poke: () => void;
  /** No more runs start by themselves; waits for the current one. */
  readonly stop: () => Promise<void>;
}

/** Settings of a poller. */
export interface PollerOptions {
  /** A run without a promise is over when it returns. */
  readonly run: () => Promise<void> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Log message when a run throws. */
  readonly failure: string;
  /** Pause after a run, read when the run ends. */
  readonly pollMs: number | (() => number);
  /** The pause doubles with each run that throws, up to this; constant by default. */
  readonly maxPauseMs?: number;
}

/** A poller that has not started. */
export function createPoller({ run, clock, logger, failure, pollMs, maxPauseMs = 0 }: PollerOptions): Poller {
  let current: Promise<void> | null = null;
  let state: "new" | "started" | "stopped" = "new";
  let isInRun = false;
  let isPoked = false;
  let failures = 0;
  let cancel: () => void = () => undefined;

  /** The current run, null when it is already over. Throws what a run without a promise throws. */
  const begin = (): Promise<void> | null => {
    if (current !== null || isInRun) return current;
    isInRun = true;
    isPoked = false;
    try {
      current = run()?.finally(ended) ?? null;
    } finally {
      isInRun = false;
    }
    return current;
  };

  const ended = (): void => {
    current = null;
    if (isPoked) turn();
  };

  const turn = (): void => {
    cancel();
    if (state !== "started") return;
    try {
      const running = begin();
      if (running === null) pause(true);
      else {
        running.then(
          () => pause(true),
          (error: unknown) => pause(false, error),
        );
      }
    } catch (error) {
      pause(false, error);
    }
  };

  const pause = (isDone: boolean, error?: unknown): void => {
    if (!isDone) logger.error({ err: error }, failure);
    failures = isDone ? 0 : failures + 1;
    const usual = typeof pollMs === "number" ? pollMs : pollMs();
    wait(isPoked ? 0 : Math.max(usual, Math.min(usual * 2 ** failures, maxPauseMs)));
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
    poll: async () => {
      await begin();
    },
    poke: () => {
      if (state !== "started") return;
      if (current === null && !isInRun) turn();
      else isPoked = true;
    },
    stop: async () => {
      state = "stopped";
      cancel();
      await current?.catch(() => undefined);
    },
  };
}
