import { readFileSync } from "node:fs";

/** Time and timers, injected so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Milliseconds since some moment; never jumps, even when the machine's clock is set. */
  readonly elapsedMs: () => number;
  /** Calls `action` once after `ms`; the returned function cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

const OFFSET_READ_MS = 20;

/**
 * The machine's clock plus the milliseconds written in a file, which may change at any time; for development chains,
 * where tests make the clock jump under a running process. Timers use elapsed time, as on a machine whose clock is set.
 */
export function createOffsetClock(offsetFile: string): Clock {
  let offsetMs = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    ...systemClock,
    nowMs: () => {
      const elapsed = performance.now();
      if (elapsed - readAt >= OFFSET_READ_MS) {
        readAt = elapsed;
        offsetMs = Number.parseInt(readFileSync(offsetFile, "utf8"), 10) || 0;
      }
      return Date.now() + offsetMs;
    },
  };
}

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs the timers that become due, in order. */
  readonly advance: (ms: number) => void;
  /** Sets the time without running timers, as when an operator changes the machine's clock. */
  readonly jumpTo: (ms: number) => void;
}

/** A manual clock at `startMs`. */
export function createManualClock(startMs: number): ManualClock {
  let now = startMs;
  /** Elapsed time, unaffected by jumps of the wall clock. */
  let elapsed = 0;
  const timers = new Set<{ readonly dueAt: number; readonly action: () => void }>();
  return {
    nowMs: () => now,
    elapsedMs: () => elapsed,
    after: (ms, action) => {
      const timer = { dueAt: elapsed + ms, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const target = elapsed + ms;
      for (;;) {
        const due = [...timers].filter(({ dueAt }) => dueAt <= target).sort((a, b) => a.dueAt - b.dueAt)[0];
        if (due === undefined) break;
        timers.delete(due);
        now += Math.max(0, due.dueAt - elapsed);
        elapsed = Math.max(elapsed, due.dueAt);
        due.action();
      }
      now += target - elapsed;
      elapsed = target;
    },
    jumpTo: (ms) => {
      now = ms;
    },
  };
}
