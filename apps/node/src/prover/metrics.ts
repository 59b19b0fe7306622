import type { Circuit, Proof } from "@cairn/circuits";
import type { JobQueue } from "@cairn/db";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Clock } from "../clock.ts";
import { PROOF_STAGES, type ProverProgress } from "./progress.ts";

const MS_PER_SECOND = 1000;

/** Outcomes of proof jobs. */
const OUTCOMES = ["made", "obsolete", "failed", "aborted"] as const;

/** What a prover measures. */
export interface ProverMetrics {
  readonly finished: (outcome: (typeof OUTCOMES)[number]) => void;
  readonly made: (circuit: Circuit, proof: Proof) => void;
}

/** What the scheduler of proofs measures. */
export interface SchedulerMetrics {
  readonly setAside: (count: number) => void;
}

/** Registers the metrics of the scheduler of proofs. */
export function createSchedulerMetrics(registry: Registry): SchedulerMetrics {
  const name = "cairn_proofs_set_aside";
  const help =
    "Proofs no longer made until the operator retries them: their jobs failed too often, or L1 refused what was made";
  const gauge = new Gauge({ name, help, registers: [registry] });
  return { setAside: (count) => gauge.set(count) };
}

/** Registers the number of waiting proof jobs, read with the metrics; keeps its value when the queue fails. */
export function registerJobMetrics(registry: Registry, jobs: Pick<JobQueue, "counts">): void {
  new Gauge({
    name: "cairn_proof_jobs_waiting",
    help: "Proof jobs that no prover has taken yet",
    registers: [registry],
    async collect() {
      const counts = await jobs.counts().catch(() => null);
      if (counts !== null) this.set(counts.waiting);
    },
  });
}

/** Registers what a prover is working on, read with the metrics. */
export function registerProgressMetrics(
  registry: Registry,
  prover: { readonly progress: () => readonly ProverProgress[] },
  clock: Clock,
): void {
  const registers = [registry];
  new Gauge({
    name: "cairn_proofs_active",
    help: "Proofs that this process makes now, by stage",
    labelNames: ["stage"],
    registers,
    collect() {
      const active = prover.progress();
      for (const stage of PROOF_STAGES) this.set({ stage }, active.filter((one) => one.stage === stage).length);
    },
  });
  new Gauge({
    name: "cairn_proof_oldest_active_seconds",
    help: "How long this process has been working on the oldest of its proofs, 0 if there is none",
    registers,
    collect() {
      const starts = prover.progress().map(({ startedAtMs }) => startedAtMs);
      const now = clock.nowMs();
      this.set(Math.max(0, now - Math.min(now, ...starts)) / MS_PER_SECOND);
    },
  });
}

/** Registers a prover's metrics. */
export function createProverMetrics(registry: Registry): ProverMetrics {
  const registers = [registry];
  const jobs = new Counter({
    name: "cairn_proof_jobs_total",
    help: "Proof jobs that ended, by outcome",
    labelNames: ["outcome"],
    registers,
  });
  // A series that starts with its first event hides that event from `increase`.
  for (const outcome of OUTCOMES) jobs.inc({ outcome }, 0);
  const seconds = new Histogram({
    name: "cairn_proof_seconds",
    help: "Time of a proof by circuit and stage",
    labelNames: ["circuit", "stage"],
    buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240],
    registers,
  });
  const memory = new Gauge({
    name: "cairn_proof_peak_bytes",
    help: "Peak memory of the last proof of a circuit",
    labelNames: ["circuit"],
    registers,
  });
  return {
    finished: (outcome) => jobs.inc({ outcome }),
    made: (circuit, { witnessSeconds, proveSeconds, proverPeakBytes }) => {
      seconds.observe({ circuit, stage: "witness" }, witnessSeconds);
      seconds.observe({ circuit, stage: "proof" }, proveSeconds);
      if (proverPeakBytes !== null) memory.set({ circuit }, proverPeakBytes);
    },
  };
}
