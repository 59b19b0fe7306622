import { setTimeout as delay } from "node:timers/promises";
import type { L1Access, L1HeadTag } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { BaseError } from "viem";
import { DEFAULT_CHECKPOINT_LIMITS } from "../feed.ts";
import { createMeter } from "../progress.ts";
import type { RestoredState } from "../restored-state.ts";
import { syncWithL1 } from "../sync.ts";
import { type Alarm, type AlarmLimits, alarmKey, findAlarms } from "./alarms.ts";
import { createObserver, type Observation } from "./observation.ts";

/** How {@link createRollupMonitor} watches. */
export interface MonitorConfig {
  readonly intervalMs: number;
  readonly limits: AlarmLimits;
  /** "latest" by default. */
  readonly head?: L1HeadTag;
}

/** What a monitor works with. */
export interface MonitorDeps {
  readonly access: L1Access;
  /** Used by nobody else meanwhile. */
  readonly restored: RestoredState;
  /** Told after each check. */
  readonly onReport: (report: MonitorReport) => void;
  /** Seconds since the epoch; the process's clock by default. */
  readonly nowSeconds?: () => number;
}

/** One check of a rollup. */
export interface MonitorReport {
  /** Null when the state could not be brought to L1's head. */
  readonly observation: Observation | null;
  /** What is wrong, and without an observation also what was before. */
  readonly alarms: readonly Alarm[];
  /** Those of the alarms that the last check did not have. */
  readonly raised: readonly Alarm[];
  /** Alarms of the last check that are seen to be over. */
  readonly cleared: readonly Alarm[];
}

/** Watches a rollup until stopped. */
export interface RollupMonitor {
  /** Checks now and then until stopped; rejects with what no alarm tells, such as a full disk. */
  start(): Promise<void>;
  /** Waits for a check under way. */
  stop(): Promise<void>;
  /** One check, out of turn. */
  check(): Promise<MonitorReport>;
}

/** Watches the rollup of a restored state, which follows L1 meanwhile. A check never throws for what L1 does: that is an alarm. */
export function createRollupMonitor(config: MonitorConfig, deps: MonitorDeps): RollupMonitor {
  const { access, restored } = deps;
  const nowSeconds = deps.nowSeconds ?? (() => Date.now() / 1000);
  const observer = createObserver(access, restored);
  const stopping = new AbortController();
  let operator = config.limits.operator;
  let last: readonly Alarm[] = [];
  let running: Promise<void> | null = null;

  const observe = async (): Promise<Observation> => {
    const now = () => performance.now();
    const head = await syncWithL1(restored, access, {
      meter: createMeter(() => {}, now),
      now,
      head: config.head ?? "latest",
      checkpoints: DEFAULT_CHECKPOINT_LIMITS,
      checkEveryBatch: false,
      archiveTo: null,
      signal: stopping.signal,
    });
    return observer.observe(head);
  };

  const find = async (): Promise<Pick<MonitorReport, "observation" | "alarms">> => {
    try {
      const observation = await observe();
      const alarms = findAlarms(observation, { ...config.limits, operator }, nowSeconds());
      operator ??= observation.operator;
      return { observation, alarms };
    } catch (error) {
      const alarm = alarmOf(error);
      if (alarm === null) throw error;
      return { observation: null, alarms: [alarm] };
    }
  };

  const check = async (): Promise<MonitorReport> => {
    const { observation, alarms: found } = await find();
    const without = (list: readonly Alarm[], others: readonly Alarm[]): Alarm[] => {
      const keys = new Set(others.map(alarmKey));
      return list.filter((alarm) => !keys.has(alarmKey(alarm)));
    };
    // What could not be looked at is not over; only that L1 answers is known after any other failure.
    const standing = observation === null ? without(last, found).filter(({ type }) => type !== "l1Unavailable") : [];
    const alarms = [...found, ...standing];
    const report = { observation, alarms, raised: without(alarms, last), cleared: without(last, alarms) };
    last = alarms;
    deps.onReport(report);
    return report;
  };

  const run = async (): Promise<void> => {
    const { signal } = stopping;
    while (!signal.aborted) {
      try {
        await check();
        await delay(config.intervalMs, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  };

  return {
    check,
    start() {
      running ??= run();
      return running;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** What a failed check means; null of what is not L1's doing. */
function alarmOf(error: unknown): Alarm | null {
  // A revert, an empty or an unreadable answer, where the same contract answers well at other times: the RPC fails.
  if (error instanceof BaseError) return { type: "l1Unavailable", message: error.shortMessage };
  if (!isCairnError(error) || !/^(?:restore|l1)\//.test(error.code)) return null;
  const { code, message } = error;
  const isL1Silent = code === "l1/unavailable" || code === "l1/state-missing";
  return isL1Silent ? { type: "l1Unavailable", message } : { type: "rootNotReproduced", code, message };
}
