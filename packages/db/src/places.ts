/**
 * Where entries of histories come from; also their order when they came about at the same time. Payouts follow their causes in
 * the same order.
 */
export const ENTRY_SOURCE = { transaction: 0, foreign: 1, l1Operation: 2, fees: 3, payout: 4 } as const;

/**
 * Where an entry stands in every history. It never changes while the entry exists, whatever happens to blocks, so a list in
 * the order of places can be read in pages while it grows.
 */
export interface Place {
  /** When it came about: received by the node, mined on L1, or the time of the only block that decides it. */
  readonly atMs: number;
  /** One of {@link ENTRY_SOURCE}; a payout's is 4 + that of its cause. */
  readonly source: number;
  /** Within the source. */
  readonly number: number;
}

/** Slots per block in numbers of what has no number of its own; no block has more. */
const PLACES_PER_BLOCK = 1024;

/** Number of what is at a position of a block. */
export function numberInBlock(block: number, position: number): number {
  return block * PLACES_PER_BLOCK + position;
}

/** Inverse of {@link numberInBlock}; positions count down to the block before for a number below 0. */
export function blockAndPosition(number: number): { readonly block: number; readonly position: number } {
  const block = Math.floor(number / PLACES_PER_BLOCK);
  return { block, position: number - block * PLACES_PER_BLOCK };
}

/** Positive when `a` is newer than `b`. */
export function comparePlaces(a: Place, b: Place): number {
  return a.atMs - b.atMs || a.source - b.source || a.number - b.number;
}

/** Numbers of one source before a place: those of an earlier time, and those of this time below the number. */
export interface SourceBound {
  readonly atMs: number;
  readonly number: number;
}

/** No time of an entry is later. */
const END_MS = Number.MAX_SAFE_INTEGER;

/** What of a source comes before a place, and before a time; without both, all of it. */
export function boundOf(source: number, before: Place | null | undefined, untilMs: number = END_MS): SourceBound {
  const until = { atMs: untilMs, number: -1 };
  if (before == null || untilMs <= before.atMs) return until;
  const { atMs, number } = before;
  if (source === before.source) return { atMs, number };
  return { atMs, number: source < before.source ? END_MS : -1 };
}
