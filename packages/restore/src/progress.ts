import type { BatchContent } from "./rebuilder.ts";

/** Progress of a restoration. */
export interface RestoreProgress {
  readonly source: "archive" | "l1";
  /** Last batch replayed. */
  readonly batch: number;
  /** Total number of batches; null when unknown, as with an archive alone. */
  readonly batchCount: number | null;
  /** L2 transactions between accounts replayed in this run. */
  readonly transfers: number;
  readonly withdrawals: number;
  readonly l1Operations: number;
  readonly seconds: number;
  /** L2 transactions replayed per second of this run, withdrawals included. */
  readonly transactionsPerSecond: number;
  /** Time until the last batch, at the pace so far; null when unknown. */
  readonly etaSeconds: number | null;
}

/** Called with progress. */
export type OnProgress = (progress: RestoreProgress) => void;

/** What was replayed in a run. */
export interface Totals extends BatchContent {
  readonly batches: number;
  readonly seconds: number;
}

/** Counts what is replayed and reports it from time to time. */
export interface Meter {
  /** Source of the batches that follow; `batchCount` as in {@link RestoreProgress}. */
  begin(source: RestoreProgress["source"], batchCount: number | null): void;
  add(batch: number, content: BatchContent): void;
  /** Reports immediately. */
  report(): void;
  totals(): Totals;
}

const INTERVAL_MS = 1000;

/**
 * A meter from 0; `now` in milliseconds from any start.
 *
 * @example const meter = createMeter(({ batch, batchCount }) => console.log(batch, batchCount), () => performance.now());
 */
export function createMeter(onProgress: OnProgress, now: () => number): Meter {
  const startMs = now();
  let [lastMs, batch, batches, transfers, withdrawals, l1Operations] = [startMs, 0, 0, 0, 0, 0];
  let source: RestoreProgress["source"] = "l1";
  let batchCount: number | null = null;
  const elapsed = (): number => (now() - startMs) / 1000;

  const report = (): void => {
    lastMs = now();
    const seconds = elapsed();
    const perSecond = (count: number): number => (seconds > 0 ? count / seconds : 0);
    const left = batchCount === null || batches === 0 ? null : batchCount - batch;
    onProgress({
      source,
      batch,
      batchCount,
      transfers,
      withdrawals,
      l1Operations,
      seconds,
      transactionsPerSecond: perSecond(transfers + withdrawals),
      etaSeconds: left === null ? null : (left * seconds) / batches,
    });
  };
  return {
    begin(next, count) {
      [source, batchCount] = [next, count];
    },
    add(number, content) {
      batch = number;
      batches++;
      transfers += content.transfers;
      withdrawals += content.withdrawals;
      l1Operations += content.l1Operations;
      if (now() - lastMs >= INTERVAL_MS) report();
    },
    report,
    totals: () => ({ batches, transfers, withdrawals, l1Operations, seconds: elapsed() }),
  };
}
