import { CairnError } from "@cairn/protocol";
import { type L1Access, unavailable } from "./access.ts";
import { isAnswer, isBusy, isMissingHistory, isUnreachable } from "./refusals.ts";

/** L1 blocks, both ends included. */
export interface L1Range {
  readonly from: number;
  readonly to: number;
}

/** L1 blocks requested at once: initially, and at most. */
export interface RangeLimits {
  readonly first: number;
  readonly max: number;
}

export const DEFAULT_RANGE_LIMITS: RangeLimits = { first: 2_000, max: 50_000 };

/**
 * Growth of the width that may be tried with each range read, so that one bad moment does not slow everything after it.
 */
const CEILING_GROWTH = 1.05;

/** Reads the events of one kind in a range. */
export type ReadRange<Event> = (access: L1Access, range: L1Range) => Promise<readonly Event[]>;

/** A range that was read, and what was in it. */
export interface RangeRead<Event> {
  readonly read: L1Range;
  readonly events: readonly Event[];
}

/** Learns the width of ranges that an RPC accepts: halves it after a refusal, doubles it otherwise. */
export interface RangeReader<Event> {
  /** Events from `range.from` on, as far as the RPC goes in one answer. */
  forward(range: L1Range): Promise<RangeRead<Event>>;
  /** The same from `range.to` down. */
  backward(range: L1Range): Promise<RangeRead<Event>>;
}

/**
 * Reads ranges of events. Providers refuse wide ranges in many ways (an error of some code, a status, no answer at
 * all), so every refusal is answered with a narrower range, down to a single block. Both methods throw `l1/unavailable`
 * when not even that can be read, `l1/history-pruned` when the RPC has forgotten it, and whatever else `readRange` throws.
 *
 * @example const ranges = createRangeReader(access, readRollupEvents);
 */
export function createRangeReader<Event>(
  access: L1Access,
  readRange: ReadRange<Event>,
  { first, max }: RangeLimits = DEFAULT_RANGE_LIMITS,
): RangeReader<Event> {
  let width = Math.min(first, max);
  let ceiling = max;

  const readWithin = async (pick: (width: number) => L1Range): Promise<RangeRead<Event>> => {
    let [failures, busy] = [0, 0];
    for (;;) {
      access.throwIfAborted();
      const read = pick(width);
      const asked = read.to - read.from + 1;
      try {
        const events = await readRange(access, read);
        if (asked >= width) width = Math.min(ceiling, width * 2);
        ceiling = Math.min(max, Math.ceil(ceiling * CEILING_GROWTH) + 1);
        return { read, events };
      } catch (error) {
        if (error instanceof CairnError || isAnswer(error)) throw error;
        if (asked > 1 && !isUnreachable(error)) {
          width = Math.max(1, Math.floor(asked / 2));
          ceiling = Math.max(width, Math.floor((asked * 3) / 4));
          if (isBusy(error)) await access.pause(++busy);
          continue;
        }
        failures++;
        if (isMissingHistory(error) || !access.mayRetry(error, failures))
          throw unavailable(`the events of blocks ${read.from} to ${read.to}`, error);
        await access.pause(failures);
      }
    }
  };

  return {
    // The short range comes first, full ones after it: if the RPC's nodes lag a little, only the last range may lack
    // events.
    forward: ({ from, to }) => readWithin((asked) => ({ from, to: from + ((to - from) % asked) })),
    backward: ({ from, to }) => readWithin((asked) => ({ from: Math.max(from, to - asked + 1), to })),
  };
}
