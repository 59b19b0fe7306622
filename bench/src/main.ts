/** `npm run bench`: measures Cairn and compares it with other systems. Options: `--help`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isCairnError } from "@cairn/protocol";
import { runBatchCommand } from "./batch/command.ts";
import { readBatchRuns } from "./batch/record.ts";
import { reportToMarkdown, reportToText } from "./document.ts";
import { feeBasis } from "./gas/fee-basis.ts";
import { describeMachine } from "./machine.ts";
import { measureAll } from "./measure-all.ts";
import { BATCH_RECORD, type BenchOptions, parseCommand, USAGE } from "./options.ts";
import { replaceMarked } from "./page.ts";
import { runProversCommand } from "./provers/command.ts";
import { readmeFigures } from "./readme.ts";
import { type BenchReport, readReport, writeReport } from "./report.ts";
import { runScalingCommand } from "./scaling/command.ts";

async function measure(options: BenchOptions): Promise<BenchReport> {
  const startMs = performance.now();
  const takenAt = new Date().toISOString();
  const elapsed = (): number => (performance.now() - startMs) / 1000;
  const measurements = await measureAll(options, (section) =>
    console.error(`[${elapsed().toFixed(0).padStart(4)} s] measuring ${section}`),
  );
  const { isQuick } = options;
  return { version: 1, takenAt, machine: describeMachine(), isQuick, seconds: elapsed(), measurements };
}

async function main(options: BenchOptions): Promise<void> {
  const report = options.from === null ? await measure(options) : await readReport(options.from);
  const batchRuns = await readBatchRuns(BATCH_RECORD);
  console.log(reportToText(report, batchRuns));
  if (options.from === null) {
    await writeReport(options.json, report);
    console.error(`figures written to ${options.json}`);
  }
  if (options.markdown !== null) {
    await mkdir(dirname(options.markdown), { recursive: true });
    await writeFile(options.markdown, reportToMarkdown(report, batchRuns));
    console.error(`tables written to ${options.markdown}`);
  }
  if (options.readme !== null) {
    const figures = readmeFigures(report, batchRuns);
    if (figures === null) console.error("README.md was not changed: this was not a full run");
    else {
      await writeFile(options.readme, replaceMarked(await readFile(options.readme, "utf8"), "figures", figures));
      console.error(`figures written to ${options.readme}`);
    }
  }
  const { batches } = report.measurements;
  const basis = batches === undefined ? null : feeBasis(batches);
  if (options.feeBasis !== null && basis !== null) {
    await writeFile(options.feeBasis, `${JSON.stringify(basis, null, 2)}\n`);
    console.error(`fee basis written to ${options.feeBasis}`);
  }
}

try {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command.type === "help") console.log(USAGE);
  else if (command.type === "batch") await runBatchCommand(command);
  else if (command.type === "scaling") await runScalingCommand(command);
  else if (command.type === "provers") await runProversCommand(command.cacheDir, command.docs);
  else await main(command);
} catch (error) {
  if (!isCairnError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
