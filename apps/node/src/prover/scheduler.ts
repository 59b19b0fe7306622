import { CIRCUITS } from "@cairn/circuits";
import {
  countGivenUpProofs,
  type Database,
  type JobQueue,
  loadProofsToMake,
  type ProofToMake,
  readDatabaseVersion,
} from "@cairn/db";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import { createPoller } from "../poller.ts";
import { createUnchanged } from "../unchanged.ts";
import { weightOf } from "./memory.ts";
import type { SchedulerMetrics } from "./metrics.ts";

/** How often it polls while no proof can be begun; a closed batch wakes it. */
const IDLE_POLL_MS = 5000;

/** How long a job counts as added before it is added again, in case the engine lost it. */
const ADD_AGAIN_MS = 10_000;

/** Refusals of one proof after which it is no longer made: circuit and verifier do not match. */
export const MAX_REFUSALS = 3;

/** Turns proofs that can be begun into jobs. */
export interface ProofScheduler {
  /**
   * Adds a job for every proof that can be begun and whose job is missing or set aside. Throws what database and job
   * engine throw.
   */
  readonly schedule: () => Promise<void>;
  /** Schedules soon, after proofs were planned or made; does nothing while enough jobs wait. */
  readonly poke: () => void;
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
  /** Most proofs with jobs at a time, lowest blocks first; the others wait in the database. */
  readonly maxJobs: number;
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
    const proofs = await loadProofsToMake(db, { maxRefusals: MAX_REFUSALS, limit: deps.maxJobs });
    const poisoned = new Set((await deps.jobs.poisoned()).map(({ data }) => data.proof));
    deps.metrics.setAside(poisoned.size + (await countGivenUpProofs(db, MAX_REFUSALS)));
    const now = deps.clock.elapsedMs();
    const before = added;
    added = new Map();
    for (const proof of proofs) {
      const addedAt = before.get(keyOf(proof));
      if (addedAt !== undefined && now - addedAt < ADD_AGAIN_MS) {
        added.set(keyOf(proof), addedAt);
      } else if (!poisoned.has(proof.id)) {
        await deps.jobs.enqueue({ proof: proof.id, firstBlock: proof.firstBlock }, weightOfProof(proof));
        added.set(keyOf(proof), now);
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
    poke: () => {
      if (added.size < deps.maxJobs) poller.poke();
    },
    start: () => poller.start(deps.pollMs),
    stop: poller.stop,
  };
}

/** What no circuit of this version proves goes to any prover, which says so. */
function weightOfProof({ circuit: name }: ProofToMake): number {
  const circuit = CIRCUITS.find((known) => known === name);
  return circuit === undefined ? 0 : weightOf(circuit);
}

/** A refused proof needs another job. */
function keyOf({ id, refusals }: ProofToMake): string {
  return `${id}:${refusals}`;
}
