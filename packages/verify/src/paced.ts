/** Work without a pause, in milliseconds: short enough for a page to stay responsive. */
const STRETCH_MS = 20;
/** Steps between looks at the clock. */
const STEPS_PER_LOOK = 256;

/** How {@link paced} goes on. */
export interface PacedOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before each pause and at the end with the number of steps made. */
  readonly onStep: (steps: number) => void;
}

/**
 * Runs a generator to its end, with pauses in which other work of the thread gets its turn; what it yields is dropped.
 * Throws the reason of the signal, and what the generator throws.
 */
export async function paced<Result>(
  work: Generator<unknown, Result, void>,
  { signal, onStep }: PacedOptions,
): Promise<Result> {
  let sinceMs = performance.now();
  for (let steps = 0; ; steps++) {
    const step = work.next();
    if (step.done === true) {
      onStep(steps);
      return step.value;
    }
    if (steps % STEPS_PER_LOOK !== 0 || performance.now() - sinceMs < STRETCH_MS) continue;
    onStep(steps);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    sinceMs = performance.now();
  }
}
