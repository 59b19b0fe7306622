import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "./errors.ts";
import type { Machine } from "./machine.ts";
import type { BatchGas } from "./measure/batch-gas.ts";
import type { CallGas } from "./measure/call-gas.ts";
import type { CryptoReport } from "./measure/crypto.ts";
import type { DataReport } from "./measure/data.ts";
import type { GateReport } from "./measure/gates.ts";
import type { ProvingReport } from "./measure/proving.ts";
import type { RestoreReport } from "./measure/restore.ts";
import type { StateReport } from "./measure/state.ts";
import type { VmReport } from "./measure/vm.ts";

/** Sections that can be measured separately, in the order of the run. */
export const SECTIONS = ["gates", "data", "crypto", "state", "vm", "restore", "calls", "batches", "proving"] as const;
/** Name of a section of the benchmark. */
export type Section = (typeof SECTIONS)[number];

/** Figures of the sections that were measured. */
export interface Measurements {
  gates?: readonly GateReport[];
  data?: readonly DataReport[];
  crypto?: CryptoReport;
  state?: StateReport;
  vm?: VmReport;
  restore?: readonly RestoreReport[];
  calls?: CallGas;
  batches?: BatchGas;
  proving?: readonly ProvingReport[];
}

/** What `npm run bench` writes. */
export interface BenchReport {
  readonly version: 1;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly seconds: number;
  readonly measurements: Readonly<Measurements>;
}

/** Writes a report, making its folder. */
export async function writeReport(path: string, report: BenchReport): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** Reads a report written before. Throws `bench/bad-report`. */
export async function readReport(path: string): Promise<BenchReport> {
  try {
    const report: BenchReport = JSON.parse(await readFile(path, "utf8"));
    if (report.version === 1 && typeof report.measurements === "object") return report;
  } catch (cause) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} cannot be read`, { cause });
  }
  throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} is not a report of this benchmark`);
}
