import type { Clock } from "../clock.ts";

/** Believes what is said of something only after it was said for long, every time. */
export interface Patience {
  /** Notes what is said now; whether it was so for long. */
  readonly isSoForLong: (id: number, isSo: boolean) => boolean;
}

/** A patience of `ms`, by elapsed time. */
export function createPatience(clock: Clock, ms: number): Patience {
  const sinceMs = new Map<number, number>();
  return {
    isSoForLong: (id, isSo) => {
      const since = sinceMs.get(id) ?? clock.elapsedMs();
      const isLong = isSo && clock.elapsedMs() - since >= ms;
      if (isSo && !isLong) sinceMs.set(id, since);
      else sinceMs.delete(id);
      return isLong;
    },
  };
}
