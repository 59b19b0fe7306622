import type { Clock } from "../clock.ts";

/** Believes a claim only after it has held without interruption for a while. */
export interface Patience {
  /** Records whether the claim holds now; returns whether it has held long enough. */
  readonly isSoForLong: (id: number, isSo: boolean) => boolean;
}

/** A patience of `ms` of elapsed time. */
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
