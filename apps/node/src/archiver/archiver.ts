import type { ArchiveFolder } from "@cairn/restore/node";
import type { Logger } from "pino";
import { Counter, Gauge, type Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { createPoller } from "../poller.ts";

/** What the archiver measures. */
export interface ArchiverMetrics {
  /** The archives hold everything up to this batch, and nothing more is final. */
  readonly archived: (lastBatch: number) => void;
  /** The archives are, or begin to be, kept up to date. */
  readonly updated: (atMs: number) => void;
  readonly failed: () => void;
}

/** Keeps a folder of batch archives up to date with what is final on L1. */
export interface Archiver {
  readonly start: () => void;
  /** Updates the folder now, or joins the current update. Rejects as `ArchiveFolder.update`. */
  readonly poll: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Registers the archiver's metrics. */
export function createArchiverMetrics(registry: Registry): ArchiverMetrics {
  const registers = [registry];
  const last = new Gauge({ name: "cairn_archived_batch", help: "Last batch in the archives", registers });
  const failures = new Counter({ name: "cairn_archive_failures_total", help: "Failed updates of archives", registers });
  const updated = new Gauge({
    name: "cairn_archive_updated_timestamp_seconds",
    help: "When the archives last had every final batch; the start before that",
    registers,
  });
  return {
    archived: (lastBatch) => last.set(lastBatch),
    updated: (atMs) => updated.set(atMs / 1000),
    failed: () => failures.inc(),
  };
}

/** An archiver that looks every `pollMs`; after failures it waits longer, up to `maxPauseMs`. */
export function createArchiver(deps: {
  readonly folder: ArchiveFolder;
  readonly pollMs: number;
  readonly maxPauseMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ArchiverMetrics;
}): Archiver {
  const { folder, clock, logger, metrics } = deps;
  metrics.updated(clock.nowMs());
  const run = async (): Promise<void> => {
    try {
      const { lastBatch, added } = await folder.update();
      metrics.archived(lastBatch);
      metrics.updated(clock.nowMs());
      if (added > 0) logger.info({ lastBatch, added }, "batches archived");
    } catch (error) {
      metrics.failed();
      throw error;
    }
  };
  const poller = createPoller({ ...deps, run, failure: "the archives are not up to date" });
  return { start: () => poller.start(), poll: poller.poll, stop: poller.stop };
}
