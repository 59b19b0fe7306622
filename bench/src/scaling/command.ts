import { readFile, writeFile } from "node:fs/promises";
import { readBatchRuns } from "../batch/record.ts";
import { replaceMarked } from "../page.ts";
import { tableToMarkdown, tableToText } from "../table.ts";
import { scalingTables } from "../tables/scaling-tables.ts";
import { type ScalingBasis, scalingBasis } from "./model.ts";

/** Name of the marks around the tables of docs/scaling.md. */
export const SCALING_MARKS = "scaling";

/** The tables as Markdown, for the page between its marks. */
export function scalingToMarkdown(basis: ScalingBasis): string {
  return scalingTables(basis).map(tableToMarkdown).join("\n");
}

/** Shows what throughput needs by the recorded batches, and writes it into the page. Throws `bench/bad-report`. */
export async function runScalingCommand(options: {
  readonly record: string;
  readonly page: string | null;
}): Promise<void> {
  const basis = scalingBasis(await readBatchRuns(options.record));
  console.log(scalingTables(basis).map(tableToText).join("\n"));
  if (options.page === null) return;
  const page = await readFile(options.page, "utf8");
  await writeFile(options.page, replaceMarked(page, SCALING_MARKS, scalingToMarkdown(basis)));
  console.error(`tables written to ${options.page}`);
}
