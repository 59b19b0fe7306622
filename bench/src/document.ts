import type { BatchRun } from "./batch/figures.ts";
import { formatMachine } from "./machine.ts";
import type { BenchReport } from "./report.ts";
import { formatInteger, tableToMarkdown, tableToText } from "./table.ts";
import { allTables } from "./tables/all-tables.ts";
import { batchTables } from "./tables/batch-tables.ts";
import { batchComparisonTable } from "./tables/comparison-table.ts";

/** The report for a terminal. */
export function reportToText(report: BenchReport, runs: readonly BatchRun[]): string {
  const tables = [...allTables(report.measurements), batchComparisonTable(runs)];
  return [...origin(report), "", ...tables.map(tableToText)].join("\n");
}

/** Name of the marks around the batches of many blocks. */
export const BATCH_MARKS = "batches";

/** A batch of many blocks for a terminal. */
export function batchRunToText(run: BatchRun): string {
  return batchTables([run]).map(tableToText).join("\n");
}

/** The recorded batches of many blocks as Markdown, for the page between its marks. */
export function batchRunsToMarkdown(runs: readonly BatchRun[]): string {
  return [...batchTables(runs), batchComparisonTable(runs)].map(tableToMarkdown).join("\n");
}

/** The report as a Markdown page, with the recorded batches of many blocks. */
export function reportToMarkdown(report: BenchReport, runs: readonly BatchRun[]): string {
  const [machine, ...rest] = origin(report);
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench -- --write-docs`; do not edit. [How each figure is measured](../bench/README.md).",
    "",
    [machine, ...rest].join("  \n"),
    "",
    ...allTables(report.measurements).map(tableToMarkdown),
    `<!-- ${BATCH_MARKS}:begin -->`,
    "",
    batchRunsToMarkdown(runs),
    `<!-- ${BATCH_MARKS}:end -->`,
    "",
  ].join("\n");
}

function origin({ machine, takenAt, isQuick, seconds }: BenchReport): string[] {
  return [
    formatMachine(machine),
    `Figures of Cairn without a date of their own are from one run on this machine, ${takenAt}, ${formatInteger(seconds)} s${isQuick ? ", --quick" : ""}.`,
  ];
}
