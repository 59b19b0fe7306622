import { setTimeout as delay } from "node:timers/promises";
import type { BlobAccess, L1Access, L1HeadTag } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { BaseError } from "viem";
import { DEFAULT_CHECKPOINT_LIMITS } from "../feed.ts";
import { createMeter } from "../progress.ts";
import type { RestoredState } from "../restored-state.ts";
import { syncWithL1 } from "../sync.ts";
import { type Alarm, type AlarmLimits, alarmKey, findAlarms } from "./alarms.ts";
import { createObserver, type Observation } from "./observation.ts";

/** Alarms that say that a check was not possible, and why. */
const READING_ALARMS: ReadonlySet<Alarm["type"]> = new Set(["l1Unavailable", "blobUnavailable"]);

/** How {@link createRollupMonitor} watches. */
export interface MonitorConfig {
  readonly intervalMs: number;
  readonly limits: AlarmLimits;
  /** "latest" by default. */
  readonly head?: L1HeadTag;
}

/** Dependencies of a monitor. */
export interface MonitorDeps {
  readonly access: L1Access;
  /** For the monitor's exclusive use. */
  readonly restored: RestoredState;
  /** Where the blobs of batches are; without, batches in blobs cannot be followed. */
  readonly blobs?: BlobAccess;
  /** Called after each check. */
  readonly onReport: (report: MonitorReport) => void;
  /** Clock in seconds since the epoch; the process's by default. */
  readonly nowSeconds?: () => number;
}

/** One check of a rollup. */
export interface MonitorReport {
  /** Null when the state could not be brought to L1's head. */
  readonly observation: Observation | null;
  /** What is wrong; without an observation, also what was wrong before. */
  readonly alarms: readonly Alarm[];
  /** Alarms that the last check did not have. */
  readonly raised: readonly Alarm[];
  /** Alarms of the last check that are known to be over. */
  readonly cleared: readonly Alarm[];
}

/** Watches a rollup until stopped. */
export interface RollupMonitor {
  /** Checks periodically until stopped; rejects with errors that no alarm covers, such as a full disk. */
  start(): Promise<void>;
  /** Waits for a running check. */
  stop(): Promise<void>;
  /** One immediate check. */
  check(): Promise<MonitorReport>;
}

/**
 * Watches the rollup of a restored state, which follows L1 meanwhile. A check never throws because of L1: that is an
 * alarm.
 *
 * @example const { alarms } = await createRollupMonitor(config, deps).check();
 */
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
      ...(deps.blobs === undefined ? {} : { blobs: deps.blobs }),
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
    // What could not be checked is not over; after any failure other than L1's, only that L1 answers is known.
    const standing = observation === null ? without(last, found).filter(({ type }) => !READING_ALARMS.has(type)) : [];
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

/** The alarm for a failed check; null if L1 is not the cause. */
function alarmOf(error: unknown): Alarm | null {
  // A revert or an empty or unreadable answer from a contract that answers properly at other times: the RPC fails.
  if (error instanceof BaseError) return { type: "l1Unavailable", message: error.shortMessage };
  if (!isCairnError(error) || !/^(?:restore|l1)\//.test(error.code)) return null;
  const { code, message } = error;
  if (code === "l1/blob-unavailable") return { type: "blobUnavailable", message };
  const isL1Silent = code === "l1/unavailable" || code === "l1/state-missing";
  return isL1Silent ? { type: "l1Unavailable", message } : { type: "rootNotReproduced", code, message };
}
