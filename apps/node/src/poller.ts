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
  /** Without a promise the run is over when it returns. */
  readonly run: () => Promise<void> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The log's message when a run throws. */
  readonly failure: string;
  /** Pause after a run, as it is when the run ends. */
  readonly pollMs: number | (() => number);
  /** The pause doubles with each run that throws, up to this; by default it stays. */
  readonly maxPauseMs?: number;
}

/** A poller that has not begun. */
export function createPoller({ run, clock, logger, failure, pollMs, maxPauseMs = 0 }: PollerOptions): Poller {
  let current: Promise<void> | null = null;
  let state: "new" | "started" | "stopped" = "new";
  let isInRun = false;
  let isPoked = false;
  let failures = 0;
  let cancel: () => void = () => undefined;

  /** The run under way, null when it is over already. Throws what a run without a promise throws. */
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
