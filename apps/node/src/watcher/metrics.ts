import { Counter, Gauge, type Registry } from "prom-client";
import type { RangeResult } from "./import-range.ts";

/** What the watcher measures. */
export interface WatcherMetrics {
  readonly range: (result: RangeResult) => void;
  readonly reorg: () => void;
  readonly failed: () => void;
  readonly observe: (now: { l1Block: number; lag: number; final: number }) => void;
}

/** Registers the watcher's metrics. */
export function createWatcherMetrics(registry: Registry): WatcherMetrics {
  const registers = [registry];
  const entries = new Counter({ name: "cairn_queue_entries_total", help: "L1 queue entries read", registers });
  const accepted = new Counter({
    name: "cairn_batches_accepted_total",
    help: "Batches seen accepted on L1",
    registers,
  });
  const settled = new Counter({ name: "cairn_payouts_settled_total", help: "Payouts seen settled on L1", registers });
  const reorgs = new Counter({
    name: "cairn_l1_reorgs_total",
    help: "L1 reorgs that reached processed blocks",
    registers,
  });
  const failures = new Counter({ name: "cairn_l1_failures_total", help: "Failed looks at L1", registers });
  const height = new Gauge({ name: "cairn_l1_block_height", help: "Last processed L1 block", registers });
  const lag = new Gauge({
    name: "cairn_l1_lag_blocks",
    help: "L1 blocks between the latest and the last processed",
    registers,
  });
  const final = new Gauge({ name: "cairn_final_block_height", help: "Last block that is final on L1", registers });
  return {
    range: (result) => {
      entries.inc(result.queueEntries);
      accepted.inc(result.accepted.length);
      settled.inc(result.settled);
    },
    reorg: () => reorgs.inc(),
    failed: () => failures.inc(),
    observe: (now) => {
      height.set(now.l1Block);
      lag.set(now.lag);
      final.set(now.final);
    },
  };
}
