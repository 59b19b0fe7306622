import type { Proof } from "@cairn/circuits";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What becomes of proof jobs. */
const OUTCOMES = ["proved", "obsolete", "failed", "aborted"] as const;

/** What a prover measures. */
export interface ProverMetrics {
  readonly finished: (outcome: (typeof OUTCOMES)[number]) => void;
  readonly proved: (proof: Proof) => void;
}

/** What the scheduler of proofs measures. */
export interface SchedulerMetrics {
  readonly setAside: (count: number) => void;
}

/** Registers the metrics of the scheduler of proofs. */
export function createSchedulerMetrics(registry: Registry): SchedulerMetrics {
  const name = "cairn_proofs_set_aside";
  const help =
    "Batches that nobody proves any more until told to: their jobs failed too often, or L1 refused their proofs";
  const gauge = new Gauge({ name, help, registers: [registry] });
  return { setAside: (count) => gauge.set(count) };
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
  // A series that begins with its first event hides that event from `increase`.
  for (const outcome of OUTCOMES) jobs.inc({ outcome }, 0);
  const seconds = new Histogram({
    name: "cairn_proof_seconds",
    help: "Time of a proof by stage",
    labelNames: ["stage"],
    buckets: [0.5, 1, 2, 5, 10, 20, 30, 60, 120],
    registers,
  });
  const memory = new Gauge({ name: "cairn_proof_peak_bytes", help: "Peak memory of the last proof", registers });
  return {
    finished: (outcome) => jobs.inc({ outcome }),
    proved: ({ witnessSeconds, proveSeconds, proverPeakBytes }) => {
      seconds.observe({ stage: "witness" }, witnessSeconds);
      seconds.observe({ stage: "proof" }, proveSeconds);
      if (proverPeakBytes !== null) memory.set(proverPeakBytes);
    },
  };
}
