/** Numbers from 0 up to but excluding 1; the same seed gives the same sequence. */
export type Random = () => number;

/** A seeded generator (mulberry32): for workloads, never for keys. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from 0 to `limit` − 1. */
export function integerBelow(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
