import type { BenchReport } from "./report.ts";
import { formatInteger, formatMebibytes, tableToMarkdown, tableToText } from "./table.ts";
import { allTables } from "./tables/all-tables.ts";

/** The report for a terminal. */
export function reportToText(report: BenchReport): string {
  return [...origin(report), "", ...allTables(report.measurements).map(tableToText)].join("\n");
}

/** The report as a Markdown page. */
export function reportToMarkdown(report: BenchReport): string {
  const [machine, ...rest] = origin(report);
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench -- --write-docs`; do not edit. [How each figure is measured](../bench/README.md).",
    "",
    [machine, ...rest].join("  \n"),
    "",
    ...allTables(report.measurements).map(tableToMarkdown),
  ].join("\n");
}

function origin({ machine, takenAt, isQuick, seconds }: BenchReport): string[] {
  const { cpu, cores, memoryBytes, system, node } = machine;
  return [
    `${cpu}, ${cores} cores, ${formatMebibytes(memoryBytes)} memory, ${system}, Node ${node}`,
    `All figures of Cairn are from one run on this machine, ${takenAt}, ${formatInteger(seconds)} s${isQuick ? ", --quick" : ""}.`,
  ];
}
