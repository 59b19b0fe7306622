import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { readBatchRuns } from "../batch/record.ts";
import { describeMachine } from "../machine.ts";
import { replaceMarked } from "../page.ts";
import { SCALING_MARKS, scalingToMarkdown } from "../scaling/command.ts";
import { scalingBasis } from "../scaling/model.ts";
import { tableToText } from "../table.ts";
import { proversTable } from "../tables/provers-table.ts";
import type { ProversRun, ProversTime } from "./figures.ts";
import { BLOCKS, measureProvers, SLOTS } from "./measure.ts";
import { recordProversRun } from "./record.ts";

const PROVERS = [1, 2, 3];

/** Where the figures go: a record, and the page that shows them together with the recorded batches. */
export interface ProversDocs {
  readonly record: string;
  readonly page: string;
  readonly batches: string;
}

/** Measures one batch with one, two and three provers, shows and writes the figures. Throws as {@link measureProvers}. */
export async function runProversCommand(cacheDir: string, docs: ProversDocs | null): Promise<void> {
  const startMs = performance.now();
  const takenAt = new Date().toISOString();
  const times: ProversTime[] = [];
  for (const provers of PROVERS) {
    times.push(
      await measureProvers(provers, cacheDir, (message) => {
        console.error(`[${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s] ${message}`);
      }),
    );
  }
  const [, , load = 0] = loadavg();
  const run: ProversRun = { takenAt, machine: describeMachine(), load, blocks: BLOCKS, slots: SLOTS, times };
  console.log(tableToText(proversTable(run)));
  if (docs === null) return;
  await recordProversRun(docs.record, run);
  const markdown = scalingToMarkdown(scalingBasis(await readBatchRuns(docs.batches)), run);
  await writeFile(docs.page, replaceMarked(await readFile(docs.page, "utf8"), SCALING_MARKS, markdown));
  console.error(`figures written to ${docs.record} and ${docs.page}`);
}
