/**
 * Runs the tests of the repository, with `--all` also the long ones, or with arguments only the vitest files that
 * match them. Fails when a test fails, is skipped, or sits in a file that no runner executed.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { formatSeconds } from "./lib/stages.ts";
import { cacheDir } from "./lib/workspace.ts";
import { runForge } from "./testing/forge.ts";
import { LONG_TESTS } from "./testing/long-tests.ts";
import { findUnexecuted, type RunnerReport, slowestFiles, sumReports } from "./testing/report.ts";
import { listTestFiles } from "./testing/test-files.ts";
import { runVitest } from "./testing/vitest.ts";

const SHOWN_FILES = 15;

const isAll = process.argv.includes("--all");
const filters = process.argv.slice(2).filter((argument) => argument !== "--all");
const isFiltered = filters.length > 0;
const env: Readonly<Record<string, string>> = isAll ? { CAIRN_TEST_ALL: "1", FOUNDRY_PROFILE: "all" } : {};

mkdirSync(join(cacheDir, "test"), { recursive: true });
const startMs = performance.now();
const stages = [
  { name: "vitest", run: () => runVitest(filters, env) },
  ...(isFiltered ? [] : [{ name: "forge", run: () => runForge(env) }]),
];
// In parallel: compiling contracts uses one core and leaves gaps that other tests fill.
const results = await Promise.all(
  stages.map(async ({ name, run }) => {
    const report: RunnerReport = await run();
    return { name, report, ms: performance.now() - startMs };
  }),
);
const reports = results.map(({ report }) => report);

console.log(`\nslowest files, of ${formatSeconds(sumOfTimes(reports))} in total:`);
for (const { file, ms } of slowestFiles(reports, SHOWN_FILES)) console.log(`${formatSeconds(ms).padStart(9)}  ${file}`);
console.log("");
for (const { runner, failures } of reports) {
  for (const { file, name, reason } of failures)
    console.log(`✗ ${runner}: ${file}: ${name}\n    ${firstLines(reason)}`);
}
for (const { name, report, ms } of results) {
  const { passed, failures, files } = report;
  console.log(`${name}: ${passed} passed, ${failures.length} failed in ${files.length} files, ${formatSeconds(ms)}`);
}
const left = isAll ? [] : Object.keys(LONG_TESTS);
const unexecuted = isFiltered ? [] : findUnexecuted(listTestFiles(), reports).filter((file) => !left.includes(file));
for (const file of unexecuted) console.log(`✗ no runner executed ${file}`);
if (isFiltered) console.log("filtered run: Foundry tests and the check that every test file ran are off");
else if (unexecuted.length === 0) {
  console.log(
    left.length === 0 ? "every test file was executed" : `every test file was executed but ${left.join(", ")}`,
  );
  if (left.length > 0)
    console.log("npm run test:all also runs these, and uses real proofs wherever a batch is one block");
}

const { passed, failed } = sumReports(reports);
console.log(`${formatSeconds(performance.now() - startMs)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || unexecuted.length > 0 || passed === 0 ? 1 : 0;

function sumOfTimes(all: readonly RunnerReport[]): number {
  return all.flatMap(({ times }) => times).reduce((sum, { ms }) => sum + ms, 0);
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 20).join("\n    ");
}
