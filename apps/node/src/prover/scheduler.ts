import {
  type BatchWithoutProof,
  countGivenUpBatches,
  type Database,
  type JobQueue,
  loadBatchesWithoutProof,
  readDatabaseVersion,
} from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import { wordHex } from "../json.ts";
import { createPoller } from "../poller.ts";
import { createUnchanged } from "../unchanged.ts";
import type { SchedulerMetrics } from "./metrics.ts";

/** Most batches with jobs at a time, oldest first; the others wait in the database. */
const LOOK_AHEAD = 64;

/** How often it polls while no batch waits for a proof; a sealed block wakes it. */
const IDLE_POLL_MS = 5000;

/** How long a job counts as added before it is added again, in case the engine lost it. */
const ADD_AGAIN_MS = 10_000;

/** Refused proofs of one batch after which no more are made: circuit and verifier do not match. */
export const MAX_BAD_PROOFS = 3;

/** Turns sealed blocks into proof jobs. */
export interface ProofScheduler {
  /**
   * Adds a job for every batch without a proof whose job is missing or set aside. Throws what database and job engine
   * throw.
   */
  readonly schedule: () => Promise<void>;
  /** Schedules soon, after a block was sealed; does nothing while enough jobs wait. */
  readonly blockSealed: () => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** A scheduler that polls every `pollMs`, and whenever woken. */
export function createProofScheduler(deps: {
  readonly database: Database;
  readonly jobs: Pick<JobQueue, "enqueue" | "poisoned">;
  readonly clock: Clock;
  readonly metrics: SchedulerMetrics;
  readonly logger: Logger;
  readonly pollMs: number;
}): ProofScheduler {
  /** When each of the jobs seen last was added, by elapsed time. */
  let added = new Map<string, number>();
  const unchanged = createUnchanged(deps.clock);
  const { db } = deps.database;

  const schedule = async (): Promise<void> => {
    const version = await readDatabaseVersion(db);
    if (unchanged.holds(version)) return;
    unchanged.forget();
    await enqueueMissing();
    // A job that was added may be lost, and is then added again in time.
    if (added.size === 0) unchanged.note(version);
  };

  const enqueueMissing = async (): Promise<void> => {
    const batches = await loadBatchesWithoutProof(db, { maxBadProofs: MAX_BAD_PROOFS, limit: LOOK_AHEAD });
    const poisoned = new Set((await deps.jobs.poisoned()).map(({ data }) => `${data.firstBlock}:${data.publicInput}`));
    deps.metrics.setAside(poisoned.size + (await countGivenUpBatches(db, MAX_BAD_PROOFS)));
    const now = deps.clock.elapsedMs();
    const before = added;
    added = new Map();
    for (const batch of batches) {
      const publicInput = wordHex(batch.publicInput);
      const addedAt = before.get(keyOf(batch));
      if (addedAt !== undefined && now - addedAt < ADD_AGAIN_MS) {
        added.set(keyOf(batch), addedAt);
      } else if (!poisoned.has(`${batch.firstBlock}:${publicInput}`)) {
        await deps.jobs.enqueue({ firstBlock: batch.firstBlock, publicInput });
        added.set(keyOf(batch), now);
        crashPoint("proof-job-created");
      }
    }
  };

  const poller = createPoller({
    ...deps,
    run: schedule,
    failure: "proof jobs cannot be scheduled",
    pollMs: () => (added.size === 0 ? Math.max(deps.pollMs, IDLE_POLL_MS) : deps.pollMs),
  });
  return {
    schedule: poller.poll,
    blockSealed: () => {
      if (added.size < LOOK_AHEAD) poller.poke();
    },
    start: () => poller.start(deps.pollMs),
    stop: poller.stop,
  };
}

/** A refused proof needs another job. */
function keyOf({ firstBlock, publicInput, badProofs }: BatchWithoutProof): string {
  return `${firstBlock}:${publicInput}:${badProofs}`;
}
