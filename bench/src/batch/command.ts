import { mkdir, readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { dirname } from "node:path";
import { BATCH_MARKS, batchRunsToMarkdown, batchRunToText } from "../document.ts";
import { describeMachine } from "../machine.ts";
import type { BatchCommand } from "../options.ts";
import { replaceMarked } from "../page.ts";
import type { BatchRun } from "./figures.ts";
import { measureBatch } from "./measure.ts";
import { recordBatchRun } from "./record.ts";

/** Measures one batch, says how far it is, shows and writes the figures. Throws as {@link measureBatch}. */
export async function runBatchCommand({ batch: options, json, docs }: BatchCommand): Promise<void> {
  const startMs = performance.now();
  const takenAt = new Date().toISOString();
  const measured = await measureBatch(options, (message) => {
    console.error(`[${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s] ${message}`);
  });
  const [, , load = 0] = loadavg();
  const run: BatchRun = { takenAt, machine: describeMachine(), load, ...measured };
  console.log(batchRunToText(run));
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify({ batch: measured.batch }, null, 2)}\n`);
  console.error(`figures written to ${json}`);
  if (docs === null) return;
  const markdown = batchRunsToMarkdown(await recordBatchRun(docs.record, run));
  await writeFile(docs.page, replaceMarked(await readFile(docs.page, "utf8"), BATCH_MARKS, markdown));
  console.error(`figures written to ${docs.record} and ${docs.page}`);
}
