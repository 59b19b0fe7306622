/** `npm run bench:node`: loads a running node over HTTP and checks it. Options: `--help`. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CairnError, isCairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import { describeMachine } from "../machine.ts";
import { replaceMarked } from "../page.ts";
import { readmeNodeFigures } from "../readme.ts";
import { nodeReportToMarkdown, nodeReportToText } from "./document.ts";
import { idleToMarkdown, measureIdle } from "./idle.ts";
import { DOCS, type NodeBenchOptions, parseNodeOptions, README, USAGE } from "./options.ts";
import type { NodeBenchReport, NodeRun } from "./report.ts";
import { measureNode } from "./run.ts";

async function measure(options: NodeBenchOptions): Promise<NodeBenchReport> {
  const startMs = performance.now();
  const say = (message: string): void => {
    console.error(`[${((performance.now() - startMs) / 1000).toFixed(1).padStart(6)} s] ${message}`);
  };
  const takenAt = new Date().toISOString();
  const runs: NodeRun[] = [];
  for (const configuration of options.configurations) {
    runs.push(await measureNode({ ...options, ...configuration }, say));
  }
  const { seed, invalidShare } = options;
  return { version: 1, takenAt, machine: describeMachine(), seed, invalidShare, runs };
}

async function readReport(path: string): Promise<NodeBenchReport> {
  try {
    const report: NodeBenchReport = JSON.parse(await readFile(path, "utf8"));
    if (report.version === 1 && Array.isArray(report.runs)) return report;
  } catch (cause) {
    throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} cannot be read`, { cause });
  }
  throw new CairnError<BenchErrorCode>("bench/bad-report", `${path} is not a report of this benchmark`);
}

async function idle({ cacheDir, seconds, isWritingDocs }: NodeBenchOptions): Promise<void> {
  const markdown = idleToMarkdown(await measureIdle(cacheDir, seconds));
  console.log(markdown);
  if (!isWritingDocs) return;
  await writeFile(DOCS, replaceMarked(await readFile(DOCS, "utf8"), "idle", markdown));
  console.error(`figures written to ${DOCS}`);
}

async function main(options: NodeBenchOptions): Promise<void> {
  const report = options.from === null ? await measure(options) : await readReport(options.from);
  console.log(nodeReportToText(report));
  if (options.from === null) {
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    console.error(`figures written to ${options.json}`);
  }
  if (options.isWritingDocs) {
    await writeFile(DOCS, replaceMarked(await readFile(DOCS, "utf8"), "figures", nodeReportToMarkdown(report)));
    console.error(`figures written to ${DOCS}`);
    const figures = readmeNodeFigures(report);
    if (figures === null) console.error("README.md was not changed: this was not the whole matrix");
    else {
      await writeFile(README, replaceMarked(await readFile(README, "utf8"), "node-figures", figures));
      console.error(`figures written to ${README}`);
    }
  }
}

try {
  const options = parseNodeOptions(process.argv.slice(2), process.env);
  if (options === null) console.log(USAGE);
  else await (options.isIdle ? idle(options) : main(options));
} catch (error) {
  if (!isCairnError(error)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
