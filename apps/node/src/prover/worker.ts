import { hostname } from "node:os";
import { CIRCUITS, type Proof } from "@cairn/circuits";
import {
  type Database,
  type Db,
  findBlock,
  findProof,
  type HeldJob,
  type JobQueue,
  noteProofBegun,
  type StoredProof,
  storeProof,
} from "@cairn/db";
import { CairnError, isCairnError, type SoloSize } from "@cairn/protocol";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { toPlain } from "../json.ts";
import { createPoller, type Poller } from "../poller.ts";
import { loadTask } from "./load-task.ts";
import { assertProvesBatches, maxWeights, weightOf } from "./memory.ts";
import type { ProverMetrics } from "./metrics.ts";
import type { ProverProgress } from "./progress.ts";
import type { ProofMaker } from "./proof-maker.ts";

/** Settings of a prover. */
export interface ProverSettings {
  /** Proofs made at the same time; fewer, and only lighter ones, if they would take more than `maxMemoryBytes`. */
  readonly concurrency: number;
  readonly maxMemoryBytes: number;
  /** Blocks of the largest batch, if no other prover can make its heavier proofs; else null. */
  readonly aloneUpToBlocks: number | null;
}

/** Dependencies of a prover. */
export interface ProverDeps {
  readonly database: Database;
  readonly jobs: JobQueue;
  readonly maker: ProofMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ProverMetrics;
}

/** Takes proof jobs until stopped; any number of provers may run, on any machines. */
export interface Prover {
  /**
   * Throws `node/bad-config` when no proof fits into the memory, or one that nobody else can make, and what the job queue
   * throws.
   */
  readonly start: () => Promise<void>;
  readonly progress: () => readonly ProverProgress[];
  readonly stop: () => Promise<void>;
}

/** Far more than any proof needs; longer ones are garbage. */
export const MAX_PROOF_BYTES = 65_536;
/** How often a prover checks whether its work is still wanted. */
const WATCH_MS = 1000;
/** Identifies who made a proof, in case it is garbage. */
const PROVER = `${hostname()}, process ${process.pid}`;

/** A prover for blocks of `slots` slots on an open database and job queue, both owned by the caller. */
export function createProver(slots: SoloSize, settings: ProverSettings, deps: ProverDeps): Prover {
  const { database, clock, logger, metrics } = deps;
  const active = new Map<string, ProverProgress>();
  const stopping = new AbortController();
  let endWork: (() => Promise<void>) | null = null;

  const handle = async (job: HeldJob): Promise<void> => {
    const startedAtMs = clock.nowMs();
    const enter = (stage: ProverProgress["stage"], circuit = active.get(job.id)?.circuit ?? null): void => {
      active.set(job.id, { ...job.data, circuit, stage, startedAtMs });
    };
    enter("witness");
    crashPoint("proof-job-taken");
    try {
      const outcome = await proveJob(job, enter);
      metrics.finished(outcome);
      logger.info(
        { ...job.data, circuit: active.get(job.id)?.circuit, outcome, ms: clock.nowMs() - startedAtMs },
        "proof job done",
      );
    } catch (error) {
      const isShutdown = stopping.signal.aborted;
      metrics.finished(isShutdown ? "aborted" : "failed");
      // The scheduler adds the job again: being stopped is not a failed attempt.
      if (isShutdown) return;
      logger.error({ err: error, ...job.data, retries: job.retries }, "proof job failed");
      throw asEvidence(error, job);
    } finally {
      active.delete(job.id);
    }
  };

  /** Aborts once the proof is no longer wanted: its blocks were dropped, or L1 has accepted them. */
  const watchProof = (id: number, dropped: AbortController): Poller => {
    const run = async (): Promise<void> => {
      if ((await findWanted(database.db, id)) === null) dropped.abort();
    };
    const failure = "cannot check whether a proof is still wanted";
    const poller = createPoller({ run, clock, logger, failure, pollMs: WATCH_MS });
    poller.start(WATCH_MS);
    return poller;
  };

  const proveJob = async (
    { data, signal }: HeldJob,
    enter: (stage: ProverProgress["stage"], circuit?: string) => void,
  ): Promise<"made" | "obsolete"> => {
    const { db } = database;
    const wanted = await findWanted(db, data.proof);
    const task = wanted && (await loadTask(db, wanted));
    if (wanted === null || task === null) return "obsolete";
    enter("witness", task.circuit);
    await noteProofBegun(db, wanted.id, { prover: PROVER, atMs: clock.nowMs() });
    const prepared = await deps.maker.prepare(task);
    enter("proof");
    const dropped = new AbortController();
    const watch = watchProof(wanted.id, dropped);
    let made: Proof;
    try {
      made = await prepared.prove(AbortSignal.any([signal, stopping.signal, dropped.signal]));
    } catch (error) {
      if (dropped.signal.aborted) return "obsolete";
      throw error;
    } finally {
      await watch.stop();
    }
    crashPoint("proof-made");
    enter("storing");
    const { proof, publicInputs, witnessSeconds, proveSeconds, proverPeakBytes } = made;
    if (!isSameList(publicInputs, wanted.publicInputs) || !isPlausible(proof)) {
      throw new CairnError<NodeErrorCode>("node/proof-rejected", `the prover proved something else than requested`, {
        details: { proofBytes: proof.length, publicInputs: publicInputs.map(String) },
      });
    }
    metrics.made(task.circuit, made);
    const details = { witnessSeconds, proveSeconds, proverPeakBytes, prover: PROVER };
    const isStored = await storeProof(db, wanted.id, { proof, details, atMs: clock.nowMs() });
    crashPoint("proof-stored");
    return isStored ? "made" : "obsolete";
  };

  return {
    start: async () => {
      const weights = maxWeights(slots, settings);
      const { aloneUpToBlocks: maxBlocks, maxMemoryBytes } = settings;
      if (maxBlocks !== null) assertProvesBatches(slots, { maxBlocks, maxMemoryBytes });
      if (weights.length < settings.concurrency) {
        const concurrency = weights.length;
        logger.warn(
          { wanted: settings.concurrency, concurrency },
          "memory limit reduces the number of concurrent proofs",
        );
      }
      const tooLarge = CIRCUITS.filter((circuit) => weightOf(circuit) > Math.max(...weights));
      if (tooLarge.length > 0)
        logger.info({ tooLarge }, "proofs of these circuits are left to provers with more memory");
      endWork = await deps.jobs.work({ maxWeights: weights }, handle);
    },
    progress: () => [...active.values()],
    stop: async () => {
      stopping.abort();
      await endWork?.();
      await deps.maker.stop();
    },
  };
}

/** A proof that is still to be made; null when its blocks were dropped, L1 has accepted them, or it is made. */
async function findWanted(db: Db, id: number): Promise<StoredProof | null> {
  const found = await findProof(db, id);
  if (found === undefined || found.proof !== null) return null;
  return (await findBlock(db, found.lastBlock))?.status === "sealed" ? found : null;
}

function isSameList(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function isPlausible(proof: Uint8Array): boolean {
  return proof.length > 0 && proof.length <= MAX_PROOF_BYTES;
}

/** Evidence that a failed attempt leaves in the job. */
function asEvidence(error: unknown, job: HeldJob): CairnError {
  const code = isCairnError(error) ? error.code : "node/unavailable";
  const message = error instanceof Error ? error.message : String(error);
  const evidence = isCairnError(error) ? toPlain(error.details) : null;
  return new CairnError(code, message, { cause: error, details: { job: job.data, retries: job.retries, evidence } });
}
