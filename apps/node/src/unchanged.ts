import type { Clock } from "./clock.ts";

/**
 * Lets a poller skip its work while nothing has changed. The basis is a text that summarises all inputs of the work, such
 * as the head of L1 and the version of the database.
 */
export interface Unchanged {
  /** Whether the work may be skipped, given the current basis. */
  readonly holds: (basis: string) => boolean;
  /** The work is done for this basis, which was read before anything else; time alone brings nothing more. */
  readonly note: (basis: string) => void;
  /** The next run is needed whatever the basis. */
  readonly forget: () => void;
}

/** Longest time without work, in case the basis misses something. */
export const LONGEST_UNCHANGED_MS = 30_000;

/** Skips nothing until something is noted. */
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
