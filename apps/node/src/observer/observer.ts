import { statfs } from "node:fs/promises";
import { type Database, readProgress } from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { createPoller } from "../poller.ts";
import type { ObservedSource, ObserverMetrics } from "./metrics.ts";
import { readRollupFacts } from "./rollup-facts.ts";

/** Observes database, contract and disk for the metrics alone. */
export interface Observer {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** An observer that polls every `pollMs`; a failed read is counted and keeps the last value. */
export function createObserver(deps: {
  readonly database: Database;
  readonly rollup: L1Rollup;
  /** A directory on the disk to watch. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ObserverMetrics;
  readonly pollMs: number;
}): Observer {
  const { clock, metrics, logger } = deps;

  const attempt = async (source: ObservedSource, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      metrics.failed(source);
      logger.debug({ err: error, source }, "not observed");
    }
  };

  const look = async (): Promise<void> => {
    await Promise.all([
      attempt("database", async () => metrics.progress(await readProgress(deps.database.db), clock.nowMs())),
      attempt("l1", async () => metrics.rollup(await readRollupFacts(deps.rollup), clock.nowMs())),
      attempt("disk", async () => {
        const { bavail, blocks, bsize } = await statfs(deps.dataDir);
        metrics.disk({ freeBytes: bavail * bsize, sizeBytes: blocks * bsize });
      }),
    ]);
  };

  const poller = createPoller({ ...deps, run: look, failure: "the observer failed" });
  return { start: poller.start, stop: poller.stop };
}
