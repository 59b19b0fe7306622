import type { StoredTransaction } from "@cairn/db";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { CommitStats } from "./journal.ts";
import type { PromiseStatus, Promises } from "./promises.ts";
import type { SealedBlock } from "./sealing-line.ts";

/** What the sequencer measures. */
export interface SequencerMetrics {
  readonly recorded: (transactions: readonly StoredTransaction[]) => void;
  readonly committed: (stats: CommitStats) => void;
  readonly sealed: (block: SealedBlock) => void;
  readonly failed: () => void;
  readonly observe: (now: {
    pool: number;
    inFlight: number;
    journal: number;
    signatures: number;
    sealing: number;
  }) => void;
}

/** Registers the sequencer's metrics. */
export function createSequencerMetrics(registry: Registry): SequencerMetrics {
  const registers = [registry];
  const transactions = new Counter({
    name: "cairn_transactions_total",
    help: "Transactions by the status they were recorded with",
    labelNames: ["status"],
    registers,
  });
  const commits = new Histogram({
    name: "cairn_journal_commit_seconds",
    help: "Time of a database commit of the sequencer",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  const commitSize = new Histogram({
    name: "cairn_journal_commit_transactions",
    help: "Transactions per database commit of the sequencer",
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  });
  const blocks = new Counter({ name: "cairn_blocks_sealed_total", help: "Blocks sealed", registers });
  const height = new Gauge({ name: "cairn_block_height", help: "Number of the last sealed block", registers });
  const fill = new Histogram({
    name: "cairn_block_transactions",
    help: "L2 transactions per sealed block",
    buckets: [0, 1, 4, 16, 32, 64, 128, 256],
    registers,
  });
  const sealing = new Histogram({
    name: "cairn_block_sealing_seconds",
    help: "Time from a block's last transaction until it is in the state store",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  });
  const failures = new Counter({
    name: "cairn_sequencer_failures_total",
    help: "Recoveries from failed storage",
    registers,
  });
  const backlog = new Gauge({
    name: "cairn_sequencer_backlog",
    help: "Transactions waiting in a stage of the sequencer",
    labelNames: ["stage"],
    registers,
  });
  return {
    recorded: (rows) => {
      for (const { status } of rows) transactions.inc({ status });
    },
    committed: ({ seconds, transactions: count }) => {
      commits.observe(seconds);
      commitSize.observe(count);
    },
    sealed: ({ number, seal, sealingMs }) => {
      sealing.observe(sealingMs / 1000);
      blocks.inc();
      height.set(number);
      fill.observe(seal.transactionCount);
    },
    failed: () => failures.inc(),
    observe: (now) => {
      for (const [stage, value] of Object.entries(now)) backlog.set({ stage }, value);
    },
  };
}

/** Registers the expected times behind promises, read with the metrics. */
export function registerPromiseMetrics(registry: Registry, promises: Pick<Promises, "status">): void {
  const gauge = (name: string, help: string, value: (status: PromiseStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(promises.status()));
      },
    });
  };
  gauge(
    "cairn_expected_proven_seconds",
    "Expected time until L1 has accepted a block sealed now",
    ({ expectedSeconds }) => expectedSeconds,
  );
  gauge(
    "cairn_expected_proven_limit_seconds",
    "Expected time until acceptance beyond which no transactions are accepted",
    ({ limitSeconds }) => limitSeconds,
  );
  gauge(
    "cairn_block_pace_seconds",
    "Measured seconds per block of all provers together; grows while no proof comes",
    ({ secondsPerBlock }) => secondsPerBlock,
  );
  gauge(
    "cairn_expected_oldest_seconds",
    "Greatest age at which a waiting block is expected to be accepted; at 20700 it is rebuilt, at 21600 L1 refuses it",
    ({ worstAgeSeconds }) => worstAgeSeconds,
  );
}
