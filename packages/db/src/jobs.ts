import { CairnError } from "@cairn/protocol";
import { fromPglite, PgBoss } from "pg-boss";
import type { Database } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";

/** A proof that is to be made; the prover reads the rest from the database. */
export interface ProofJob {
  /** Its id. Ids are used once: when its blocks were dropped, nothing has this id. */
  readonly proof: number;
  /** The first block that it covers, for the order and for people. */
  readonly firstBlock: number;
}

/** A job as its worker sees it. */
export interface HeldJob {
  readonly id: string;
  readonly data: ProofJob;
  /** Failed attempts before this one. */
  readonly retries: number;
  /** Aborts when the worker loses the job: heartbeat lost, cancelled, shutdown. */
  readonly signal: AbortSignal;
}

/** A job that failed for good, with what its attempts reported. */
export interface PoisonedJob {
  readonly id: string;
  readonly data: ProofJob;
  readonly evidence: object | null;
  readonly failedAtMs: number;
}

/** How workers take jobs. */
export interface ProofWorkOptions {
  /** One worker for each entry, which holds one job at a time and takes none that is heavier. */
  readonly maxWeights: readonly number[];
}

/** Proof jobs in the node's own database; workers may be anywhere that reaches it. */
export interface JobQueue {
  /**
   * Adds a job unless one for the same proof exists. `weight`, 0 … {@link MAX_JOB_WEIGHT}, says what a worker must be able
   * to bear; heavier jobs run first, and lower blocks among those of one weight. Throws `db/jobs-failed`.
   */
  readonly enqueue: (job: ProofJob, weight: number) => Promise<void>;
  /** Hands jobs to `handler`; if it throws, the attempt fails. Ends with the queue or with the returned function. */
  readonly work: (options: ProofWorkOptions, handler: (job: HeldJob) => Promise<void>) => Promise<() => Promise<void>>;
  /** Jobs whose attempts are used up. */
  readonly poisoned: () => Promise<PoisonedJob[]>;
  /** Restores the attempts of poisoned jobs; returns how many. */
  readonly retryPoisoned: () => Promise<number>;
  readonly counts: () => Promise<{ readonly waiting: number; readonly active: number; readonly poisoned: number }>;
  readonly stop: () => Promise<void>;
}

/**
 * Settings of {@link createJobQueue}; attempts and times belong to the queue and apply to every process that uses it.
 */
export interface JobQueueOptions {
  /**
   * What happens to the settings of an existing queue: the process that creates the jobs updates them, others keep
   * them.
   */
  readonly existing: "update" | "keep";
  /** Retries after the first attempt before a job counts as poisoned. */
  readonly retryLimit: number;
  /** Seconds without a heartbeat after which another worker takes the job; at least 10. */
  readonly heartbeatSeconds: number;
  /** Seconds that one attempt may take. */
  readonly expireInSeconds: number;
  /** Interval at which workers look for jobs without being woken; the default depends on the kind of database. */
  readonly pollingSeconds?: number;
  /** How often jobs of dead workers are reassigned; by default likewise. */
  readonly superviseSeconds?: number;
  /** Errors of the engine's background work, which continues. */
  readonly onError: (error: Error) => void;
}

/** Its name belongs to the form of its jobs: provers of versions with another form find none here. */
const QUEUE = "proofs-2";
/** Collects the jobs whose attempts are used up, with the output of the last one. */
const POISONED = "proofs-2-poisoned";
const SCHEMA = "jobs";
const MAX_COUNTED = 10_000;
/** How often a worker looks for jobs that other processes may have added. */
const POLLING_SECONDS = 0.5;
const SUPERVISE_SECONDS = 5;
/** An embedded database has one process, which wakes its workers for new jobs and for retries that become due. */
const EMBEDDED_POLLING_SECONDS = 10;
/** That process dies with its workers. */
const EMBEDDED_SUPERVISE_SECONDS = 120;
/** Doubled with each failed attempt, up to this exponent; the engine shortens the result at random. */
const RETRY_DELAY_SECONDS = 1;
const MAX_RETRY_EXPONENT = 16;
/** For the engine to record a failed attempt, which starts the delay. */
const RETRY_MARGIN_SECONDS = 1;
/** pg-boss runs higher priorities first and takes none above a limit. Each weight has this many of its 2^31 − 1. */
const PRIORITIES_PER_WEIGHT = 2 ** 28;
/** The heaviest that a job can be. */
export const MAX_JOB_WEIGHT = 6;

/** Starts the job engine on the database. Throws `db/jobs-failed`. */
export async function createJobQueue({ engine }: Database, options: JobQueueOptions): Promise<JobQueue> {
  const isServer = engine.type === "server";
  const {
    pollingSeconds = isServer ? POLLING_SECONDS : EMBEDDED_POLLING_SECONDS,
    superviseSeconds = isServer ? SUPERVISE_SECONDS : EMBEDDED_SUPERVISE_SECONDS,
  } = options;
  const common = {
    schema: SCHEMA,
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: 300,
    monitorIntervalSeconds: superviseSeconds,
    reindex: false,
    // For jobs that wait for other jobs; there are none.
    flowIntervalSeconds: 3600,
  };
  const boss =
    engine.type === "server"
      ? new PgBoss({ ...common, connectionString: engine.url, max: 4 })
      : new PgBoss({ ...common, db: fromPglite(engine.embedded), backend: "pglite" });
  boss.on("error", options.onError);
  const workers = new Set<string>();
  const wake = (): void => {
    for (const id of workers) boss.notifyWorker(id);
  };
  /** Wakes the workers when the next attempt of a job that fails now is due. */
  const wakeForRetry = (retries: number): void => {
    const seconds = RETRY_DELAY_SECONDS * 2 ** Math.min(retries + 1, MAX_RETRY_EXPONENT) + RETRY_MARGIN_SECONDS;
    setTimeout(wake, seconds * 1000).unref();
  };
  await attempt("start", async () => {
    await boss.start();
    const settings = {
      policy: "exclusive",
      retryLimit: options.retryLimit,
      retryDelay: RETRY_DELAY_SECONDS,
      retryBackoff: true,
      heartbeatSeconds: options.heartbeatSeconds,
      expireInSeconds: options.expireInSeconds,
      deleteAfterSeconds: 600,
      deadLetter: POISONED,
    } as const;
    await boss.createQueue(POISONED, { retentionSeconds: 365 * 86_400 });
    await boss.createQueue(QUEUE, settings);
    const { policy: _fixed, ...changeable } = settings;
    if (options.existing === "update") await boss.updateQueue(QUEUE, changeable);
    if (engine.type !== "server") await releaseOrphans(boss);
  });

  return {
    enqueue: (job, weight) =>
      attempt("enqueue", async () => {
        await boss.send(QUEUE, job, { singletonKey: String(job.proof), priority: jobPriority(job, weight) });
        wake();
      }),
    work: ({ maxWeights }, handler) =>
      attempt("work", async () => {
        const ids = await Promise.all(
          // One worker at a time: the engine wakes workers by id.
          maxWeights.map((weight) =>
            boss.work<ProofJob>(
              QUEUE,
              {
                batchSize: 1,
                pollingIntervalSeconds: pollingSeconds,
                includeMetadata: true,
                maxPriority: highestPriority(weight),
              },
              async ([job]) => {
                if (job === undefined) return;
                try {
                  await handler({ id: job.id, data: job.data, retries: job.retryCount, signal: job.signal });
                } catch (error) {
                  wakeForRetry(job.retryCount);
                  throw error;
                } finally {
                  wake();
                }
              },
            ),
          ),
        );
        for (const id of ids) workers.add(id);
        return async () => {
          for (const id of ids) workers.delete(id);
          await Promise.all(ids.map((id) => boss.offWork(QUEUE, { id, wait: true })));
        };
      }),
    poisoned: () =>
      attempt("list", async () => {
        const jobs = await boss.findJobs<ProofJob>(POISONED);
        return jobs.map(({ id, data, sourceOutput, createdOn }) => ({
          id,
          data,
          evidence: sourceOutput ?? null,
          failedAtMs: createdOn.getTime(),
        }));
      }),
    retryPoisoned: () =>
      attempt("retry", async () => {
        const count = await boss.redrive(POISONED);
        wake();
        return count;
      }),
    counts: () =>
      attempt("count", async () => {
        const [waiting, all, poisoned] = await Promise.all([
          boss.findJobs(QUEUE, { queued: true }),
          boss.findJobs(QUEUE, { limit: MAX_COUNTED }),
          boss.findJobs(POISONED),
        ]);
        const active = all.filter(({ state }) => state === "active");
        return { waiting: waiting.length, active: active.length, poisoned: poisoned.length };
      }),
    stop: () => boss.stop({ graceful: true, close: true, timeout: 30_000 }),
  };
}

/**
 * Place of a job among those that wait, the highest first: heavier ones, and lower blocks among those of one weight.
 *
 * @example jobPriority({ firstBlock: 9 }, 2) > jobPriority({ firstBlock: 1 }, 1) // true
 */
export function jobPriority({ firstBlock }: Pick<ProofJob, "firstBlock">, weight: number): number {
  return highestPriority(weight) - Math.min(firstBlock, PRIORITIES_PER_WEIGHT - 1);
}

function highestPriority(weight: number): number {
  return (weight + 1) * PRIORITIES_PER_WEIGHT - 1;
}

/** An embedded database has one process, so jobs held at its start were held by a process that is gone. */
async function releaseOrphans(boss: PgBoss): Promise<void> {
  const jobs = await boss.findJobs<ProofJob>(QUEUE, { limit: MAX_COUNTED });
  const orphans = jobs.filter(({ state }) => state === "active").map(({ id }) => id);
  if (orphans.length === 0) return;
  await boss.cancel(QUEUE, orphans);
  await boss.resume(QUEUE, orphans);
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new CairnError<DbErrorCode>("db/jobs-failed", `the job engine failed to ${what}`, { cause });
  }
}
