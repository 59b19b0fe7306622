import type { Clock } from "../clock.ts";

/** Distinguishes an L1 node that is behind from a chain that was reorganised. */
export interface HeadTracker {
  /** Records a node's head; returns whether it showed later blocks of the same chain before. */
  readonly isBehind: (head: { readonly number: number; readonly hash: string }) => boolean;
}

const REMEMBERED = 256;

/**
 * Remembers heads. A lower head counts as behind unless it is on another chain; after `patienceMs` it is believed in
 * any case, since a chain can also be cut back to an earlier block.
 */
export function createHeadTracker(clock: Clock, patienceMs: number): HeadTracker {
  const seen = new Map<number, string>();
  let highest = -1;
  let behindSinceMs: number | null = null;

  const believe = (number: number, hash: string): void => {
    for (const known of seen.keys()) if (known > number || known <= number - REMEMBERED) seen.delete(known);
    seen.set(number, hash);
    highest = number;
    behindSinceMs = null;
  };

  return {
    isBehind: ({ number, hash }) => {
      const known = seen.get(number);
      const isOtherChain = known !== undefined && known !== hash;
      if (number < highest && !isOtherChain) {
        behindSinceMs ??= clock.elapsedMs();
        if (clock.elapsedMs() - behindSinceMs < patienceMs) return true;
      }
      believe(number, hash);
      return false;
    },
  };
}
