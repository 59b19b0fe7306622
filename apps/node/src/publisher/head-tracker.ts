import type { Clock } from "../clock.ts";

/** Tells an L1 node that is behind from a chain that was reorganised. */
export interface HeadTracker {
  /** Takes the head that a node shows; whether the node showed later blocks of the same chain before. */
  readonly isBehind: (head: { readonly number: number; readonly hash: string }) => boolean;
}

const REMEMBERED = 256;

/**
 * Remembers heads. A lower head counts as behind unless it is on another chain; after `patienceMs` it is believed whatever
 * it is, since a chain can also be cut back to a block that it had.
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
