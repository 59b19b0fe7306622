import { createJobQueue, type JobQueue } from "@cairn/db";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Time that a proof job may take before another prover gets it. */
const EXPIRE_SECONDS = 1800;

/** The queue of proof jobs. */
export function createJobsPart({ config, child, has }: PartContext, { database }: Storage): Part<JobQueue> {
  const log = child("jobs");
  return {
    name: "jobs",
    start: async (endings) => {
      const jobs = await createJobQueue(database, {
        existing: has("sequencer") ? "update" : "keep",
        retryLimit: config.proofRetries,
        heartbeatSeconds: config.proverHeartbeatSeconds,
        expireInSeconds: EXPIRE_SECONDS,
        onError: (error) => log.error({ err: error }, "job engine"),
      });
      endings.add("jobs", jobs.stop);
      return jobs;
    },
  };
}
