/**
 * Runs every test of the repository, or with arguments only the vitest files that match them, and fails when a test
 * fails, is skipped, or sits in a file that no runner executed.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "./lib/workspace.ts";
import { runForge } from "./testing/forge.ts";
import { findUnexecuted, type RunnerReport, sumReports } from "./testing/report.ts";
import { listTestFiles } from "./testing/test-files.ts";
import { runVitest } from "./testing/vitest.ts";

const filters = process.argv.slice(2);
const startMs = performance.now();

mkdirSync(join(cacheDir, "test"), { recursive: true });
const reports: RunnerReport[] = [await runVitest(filters)];
if (filters.length === 0) reports.push(await runForge());

console.log("");
for (const { runner, failures } of reports) {
  for (const { file, name, reason } of failures)
    console.log(`✗ ${runner}: ${file}: ${name}\n    ${firstLines(reason)}`);
}
for (const { runner, passed, failures, files } of reports) {
  console.log(`${runner}: ${passed} passed, ${failures.length} failed in ${files.length} files`);
}
const unexecuted = filters.length === 0 ? findUnexecuted(listTestFiles(), reports) : [];
for (const file of unexecuted) console.log(`✗ no runner executed ${file}`);
if (filters.length > 0) console.log("filtered run: Foundry tests and the check that every test file ran are off");
else if (unexecuted.length === 0) console.log("every test file was executed");

const { passed, failed } = sumReports(reports);
console.log(`${((performance.now() - startMs) / 1000).toFixed(1)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || unexecuted.length > 0 || passed === 0 ? 1 : 0;

function firstLines(text: string): string {
  return text.split("\n").slice(0, 20).join("\n    ");
}
