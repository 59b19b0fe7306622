import { type Database, type JobQueue, loadPendingBatches } from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import { wordHex } from "../json.ts";
import type { SchedulerMetrics } from "./metrics.ts";

/** Batches that have jobs at a time, oldest first; the others wait in the database. */
const LOOK_AHEAD = 64;

/** Proofs of one batch that L1 may refuse before nobody makes another: circuit and verifier do not match. */
export const MAX_BAD_PROOFS = 3;

/** Turns sealed blocks into proof jobs. */
export interface ProofScheduler {
  /** Adds a job for every batch without proof whose job is not there or set aside. Throws what database and job engine throw. */
  readonly schedule: () => Promise<void>;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** A scheduler that looks every `pollMs`, and whenever told to. */
export function createProofScheduler(deps: {
  readonly database: Database;
  readonly jobs: JobQueue;
  readonly clock: Clock;
  readonly metrics: SchedulerMetrics;
  readonly logger: Logger;
  readonly pollMs: number;
}): ProofScheduler {
  let current: Promise<void> | null = null;
  let cancel: () => void = () => undefined;
  let isStopped = false;

  const enqueueMissing = async (): Promise<void> => {
    const unproven = (await loadPendingBatches(deps.database.db)).filter(({ proof }) => proof === null);
    const batches = unproven.filter(({ badProofs }) => badProofs < MAX_BAD_PROOFS);
    const poisoned = new Set((await deps.jobs.poisoned()).map(({ data }) => `${data.firstBlock}:${data.publicInput}`));
    deps.metrics.setAside(poisoned.size + unproven.length - batches.length);
    for (const batch of batches.slice(0, LOOK_AHEAD)) {
      const publicInput = wordHex(batch.publicInput);
      if (!poisoned.has(`${batch.firstBlock}:${publicInput}`)) {
        await deps.jobs.enqueue({ firstBlock: batch.firstBlock, publicInput });
        crashPoint("proof-job-created");
      }
    }
  };

  const schedule = (): Promise<void> => {
    current ??= enqueueMissing().finally(() => {
      current = null;
    });
    return current;
  };

  const loop = (): void => {
    cancel = deps.clock.after(deps.pollMs, () => {
      schedule()
        .catch((error: unknown) => deps.logger.error({ err: error }, "proof jobs cannot be scheduled"))
        .finally(() => {
          if (!isStopped) loop();
        });
    });
  };

  return {
    schedule,
    start: loop,
    stop: async () => {
      isStopped = true;
      cancel();
      await current?.catch(() => undefined);
    },
  };
}
