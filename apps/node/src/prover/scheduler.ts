import { type Database, type JobQueue, loadPendingBatches } from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { wordHex } from "../json.ts";

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
  readonly logger: Logger;
  readonly pollMs: number;
}): ProofScheduler {
  const scheduled = new Set<string>();
  let current: Promise<void> | null = null;
  let cancel: () => void = () => undefined;
  let isStopped = false;

  const enqueueMissing = async (): Promise<void> => {
    const batches = (await loadPendingBatches(deps.database.db)).filter(({ proof }) => proof === null);
    const open = new Set(batches.map(({ firstBlock, publicInput }) => `${firstBlock}:${wordHex(publicInput)}`));
    for (const key of scheduled) if (!open.has(key)) scheduled.delete(key);
    if (batches.every(({ firstBlock, publicInput }) => scheduled.has(`${firstBlock}:${wordHex(publicInput)}`))) return;
    const poisoned = new Set((await deps.jobs.poisoned()).map(({ data }) => `${data.firstBlock}:${data.publicInput}`));
    for (const { firstBlock, publicInput } of batches) {
      const key = `${firstBlock}:${wordHex(publicInput)}`;
      if (scheduled.has(key) || poisoned.has(key)) continue;
      await deps.jobs.enqueue({ firstBlock, publicInput: wordHex(publicInput) });
      scheduled.add(key);
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
