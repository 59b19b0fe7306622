import type { Clock } from "./clock.ts";

/** What a look that left nothing open went by; as long as that stays the same, another look would find nothing new. */
export interface Unchanged {
  /** Whether a look by `basis` may be left out. */
  readonly holds: (basis: string) => boolean;
  /** A look that went by `basis`, which was read before anything else, has left nothing that passes with time. */
  readonly note: (basis: string) => void;
  /** The next look is needed whatever it goes by. */
  readonly forget: () => void;
}

/** A look is left out for so long at most: what it goes by is then looked at as a whole, should the basis miss something. */
export const LONGEST_UNCHANGED_MS = 30_000;

/** Nothing is noted yet. */
export function createUnchanged(clock: Pick<Clock, "elapsedMs">): Unchanged {
  let noted: { readonly basis: string; readonly atMs: number } | null = null;
  return {
    holds: (basis) => noted?.basis === basis && clock.elapsedMs() - noted.atMs < LONGEST_UNCHANGED_MS,
    note: (basis) => {
      noted = { basis, atMs: clock.elapsedMs() };
    },
    forget: () => {
      noted = null;
    },
  };
}
