import { readFile, writeFile } from "node:fs/promises";
import { readBatchRuns } from "../batch/record.ts";
import { replaceMarked } from "../page.ts";
import type { ProversRun } from "../provers/figures.ts";
import { readProversRun } from "../provers/record.ts";
import { tableToMarkdown, tableToText } from "../table.ts";
import { proversTable } from "../tables/provers-table.ts";
import { scalingTables } from "../tables/scaling-tables.ts";
import { type ScalingBasis, scalingBasis } from "./model.ts";

/** Name of the marks around the tables of docs/scaling.md. */
export const SCALING_MARKS = "scaling";

/** The tables as Markdown, for the page between its marks. */
export function scalingToMarkdown(basis: ScalingBasis, provers: ProversRun): string {
  return [...scalingTables(basis), proversTable(provers)].map(tableToMarkdown).join("\n");
}

/** Shows what throughput needs by the recorded batches, and writes it into the page. Throws `bench/bad-report`. */
export async function runScalingCommand(options: {
  readonly record: string;
  readonly provers: string;
  readonly page: string | null;
}): Promise<void> {
  const basis = scalingBasis(await readBatchRuns(options.record));
  const provers = await readProversRun(options.provers);
  console.log([...scalingTables(basis), proversTable(provers)].map(tableToText).join("\n"));
  if (options.page === null) return;
  const page = await readFile(options.page, "utf8");
  await writeFile(options.page, replaceMarked(page, SCALING_MARKS, scalingToMarkdown(basis, provers)));
  console.error(`tables written to ${options.page}`);
}
