/** Repeats of one measurement; machines are noisy, so the spread is given with the median. */
export interface Sample {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly runs: number;
}

/** Median and spread of at least one value; NaN of none. */
export function summarise(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    lowest: at(0),
    highest: at(sorted.length - 1),
    runs: sorted.length,
  };
}

/** How `work`, done once per run, is timed. */
export interface RateOptions<State> {
  /** Number of operations in one run. */
  readonly count: number;
  readonly runs: number;
  /** Untimed, before each run. */
  readonly prepare: (run: number) => State;
  readonly work: (state: State) => void;
}

/** Operations per second, over several runs after a warm-up run that is not counted. */
export function measureRate<State>({ count, runs, prepare, work }: RateOptions<State>): Sample {
  const rates: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const state = prepare(run);
    const startMs = performance.now();
    work(state);
    const seconds = (performance.now() - startMs) / 1000;
    if (run > 0) rates.push(count / seconds);
  }
  return summarise(rates);
}
