import type { SoloSize } from "@cairn/protocol";
import type { Machine } from "../machine.ts";
import type { Checks } from "./checks.ts";
import type { Lags } from "./lags.ts";
import type { Percentiles } from "./percentiles.ts";
import type { Fault } from "./traffic.ts";
import type { CpuByName } from "./usage.ts";

/** One stretch of load. */
export interface LoadFigures {
  /** Requests per second that were due; null when every client sent as fast as it was answered. */
  readonly offeredPerSecond: number | null;
  readonly seconds: number;
  /** Including answers that came after all clients had stopped. */
  readonly accepted: number;
  readonly acceptedPerSecond: number;
  readonly refused: Readonly<Record<Fault, number>>;
  readonly overloaded: number;
  /** Connections that broke before an answer. */
  readonly broken: number;
  readonly latencyMs: Percentiles;
  /** CPU seconds per second of wall time: the node, the benchmark's own process. */
  readonly cpu: {
    readonly node: number;
    readonly bench: number;
    /** CPU of the node's threads by name, in milliseconds per accepted transfer. */
    readonly threadsMs: CpuByName;
    /** The same for other processes of the run, by command: L1, database server, prover. */
    readonly othersMs: CpuByName;
  } | null;
}

/** A load with far more clients than the node serves at a time. */
export interface OverloadFigures extends LoadFigures {
  readonly clients: number;
  /** Milliseconds to an `overloaded`. */
  readonly refusalMs: Percentiles;
  /** By how much the node's memory grew. */
  readonly memoryBytes: number | null;
}

/** What was measured on one configuration. */
export interface NodeRun {
  readonly database: "PGlite" | "PostgreSQL";
  readonly isProving: boolean;
  readonly slots: SoloSize;
  readonly accounts: number;
  readonly full: LoadFigures;
  readonly half: LoadFigures;
  /** Null when it was left out. */
  readonly overload: OverloadFigures | null;
  readonly lags: Lags;
  /** CPU seconds of all proofs, without witnesses. */
  readonly proverCpuSeconds: number | null;
  readonly nodePeakBytes: number | null;
  /** Load average over a minute, before and after. */
  readonly loadAverage: readonly [number, number];
  readonly checks: Checks;
}

/** What `npm run bench:node` writes. */
export interface NodeBenchReport {
  readonly version: 1;
  readonly takenAt: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly invalidShare: number;
  readonly runs: readonly NodeRun[];
}
