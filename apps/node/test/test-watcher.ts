import { pino } from "pino";
import { Registry } from "prom-client";
import { createManualClock } from "../src/clock.ts";
import { createWatcherMetrics } from "../src/watcher/metrics.ts";
import { createWatcher, type Watcher, type WatcherDeps, type WatcherSettings } from "../src/watcher/watcher.ts";

/** A watcher that a test polls by hand, on a chain whose rollup is as old as it. */
export function createTestWatcher(
  deps: Pick<WatcherDeps, "database" | "rollup"> & Partial<WatcherDeps>,
  change: Partial<WatcherSettings> = {},
): Watcher {
  return createWatcher(
    {
      deploymentBlock: 1,
      head: { type: "confirmations", safe: 1, final: 50 },
      pollMs: 1000,
      ranges: { first: 100, max: 100 },
      ...change,
    },
    {
      clock: createManualClock(0),
      logger: pino({ level: "silent" }),
      metrics: createWatcherMetrics(new Registry()),
      ...deps,
    },
  );
}
