import type { Progress, Waiting } from "@cairn/db";
import { Counter, Gauge, type Registry } from "prom-client";
import { zeroAddress } from "viem";
import type { RollupFacts } from "./rollup-facts.ts";

const MS_PER_SECOND = 1000;

const SOURCES = ["database", "l1", "disk"] as const;

/** What the observer reads. */
export type ObservedSource = (typeof SOURCES)[number];

/** What the observer measures. */
export interface ObserverMetrics {
  readonly progress: (progress: Progress, nowMs: number) => void;
  readonly rollup: (facts: RollupFacts, nowMs: number) => void;
  readonly disk: (now: { freeBytes: number; sizeBytes: number }) => void;
  readonly failed: (source: ObservedSource) => void;
}

/**
 * Registers the observer's metrics; `publisher` is the address that submits batches in this process, null if none does.
 */
export function createObserverMetrics(registry: Registry, publisher: string | null): ObserverMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const labelNames = ["stage"];
  const waiting = new Gauge({ name: "cairn_waiting", help: "Work that waits for a stage", labelNames, registers });
  const waitingSeconds = new Gauge({
    name: "cairn_waiting_oldest_seconds",
    help: "How long the oldest item has waited for a stage, 0 if there is none",
    labelNames,
    registers,
  });
  const backlog = gauge("cairn_queue_backlog", "L1 queue entries that no accepted batch has consumed");
  const overdue = gauge("cairn_queue_overdue", "L1 queue entries past their deadline");
  const oldest = gauge("cairn_queue_oldest_seconds", "Age of the oldest waiting L1 queue entry, 0 if there is none");
  const inclusion = gauge("cairn_queue_inclusion_delay_seconds", "Age at which a queue entry is overdue");
  const freeze = gauge(
    "cairn_queue_freeze_delay_seconds",
    "Age of a queue entry at which anyone may freeze the rollup",
  );
  const open = gauge("cairn_submission_open", "1 while anyone may submit batches");
  const frozen = gauge("cairn_rollup_frozen", "1 once the rollup is frozen");
  const isOperator = gauge(
    "cairn_publisher_is_operator",
    "1 while this process's publisher has precedence in submitting batches, or nobody has",
  );
  const head = gauge("cairn_l1_head_timestamp_seconds", "Time of L1's latest block, since the epoch");
  const seen = gauge("cairn_l1_seen_timestamp_seconds", "When L1 last answered, since the epoch");
  const free = gauge("cairn_disk_free_bytes", "Free space of the disk that holds the data directory");
  const size = gauge("cairn_disk_size_bytes", "Size of the disk that holds the data directory");
  const failures = new Counter({
    name: "cairn_observer_failures_total",
    help: "Failed measurements",
    labelNames: ["source"],
    registers,
  });
  // A series that starts with its first event hides that event from `increase`.
  for (const source of SOURCES) failures.inc({ source }, 0);
  const observe = (stage: string, { count, oldestAtMs }: Waiting, nowMs: number): void => {
    waiting.set({ stage }, count);
    waitingSeconds.set({ stage }, oldestAtMs === null ? 0 : Math.max(0, nowMs - oldestAtMs) / MS_PER_SECOND);
  };
  return {
    progress: ({ batches, proofs, acceptances, l1Transactions, payouts }, nowMs) => {
      observe("batch", batches, nowMs);
      observe("proof", proofs, nowMs);
      observe("acceptance", acceptances, nowMs);
      observe("l1_transaction", l1Transactions, nowMs);
      observe("payout", payouts, nowMs);
    },
    rollup: (facts, nowMs) => {
      backlog.set(facts.backlog);
      overdue.set(facts.overdue);
      oldest.set(facts.oldestEntrySeconds);
      inclusion.set(facts.inclusionDelaySeconds);
      freeze.set(facts.freezeDelaySeconds);
      open.set(facts.isSubmissionOpen ? 1 : 0);
      frozen.set(facts.isFrozen ? 1 : 0);
      if (publisher !== null) {
        const first = [zeroAddress, publisher].map((account) => account.toLowerCase());
        isOperator.set(first.includes(facts.leader.toLowerCase()) ? 1 : 0);
      }
      head.set(facts.headTimestamp);
      seen.set(nowMs / MS_PER_SECOND);
    },
    disk: ({ freeBytes, sizeBytes }) => {
      free.set(freeBytes);
      size.set(sizeBytes);
    },
    failed: (source) => failures.inc({ source }),
  };
}
