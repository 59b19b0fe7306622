import { readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { runProgram } from "../lib/program.ts";
import { cacheDir, root } from "../lib/workspace.ts";
import { ERRORS_PATH_VARIABLE } from "./errors-reporter.ts";
import { brokenRunner, type FailedTest, type FileTime, type RunnerReport } from "./report.ts";

/** The part of vitest's JSON report that is read here. */
export type VitestJson = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime?: number;
    readonly endTime?: number;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
};

/** Runs vitest, all of it or the files that match `filters`, showing its output as it comes. */
export async function runVitest(
  filters: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunnerReport> {
  const reportPath = join(cacheDir, "test", `vitest-${process.pid}.json`);
  const errorsPath = join(cacheDir, "test", `vitest-errors-${process.pid}.json`);
  const reporters = ["default", "json", "./scripts/testing/errors-reporter.ts"].map((name) => `--reporter=${name}`);
  const args = ["run", ...reporters, `--outputFile.json=${reportPath}`, ...filters];
  const { code } = await runProgram(process.execPath, ["node_modules/vitest/vitest.mjs", ...args], {
    cwd: root,
    env: { ...env, [ERRORS_PATH_VARIABLE]: errorsPath },
  });
  const [text, errors] = [takeFile(reportPath), takeFile(errorsPath)];
  if (text === undefined) return brokenRunner("vitest", `exit code ${code} without a report`);
  const outsideTests: string[] = errors === undefined ? ["errors outside tests are unknown"] : JSON.parse(errors);
  const report = parseVitest(JSON.parse(text), root, outsideTests);
  if (code === 0 || report.failures.length > 0) return report;
  return { ...report, failures: brokenRunner("vitest", `exit code ${code} although no test failed`).failures };
}

/**
 * Reads vitest's JSON report: a test that was skipped counts as failed, and so does a file that did not load, and each
 * error outside tests.
 */
export function parseVitest(json: VitestJson, rootDir: string, outsideTests: readonly string[] = []): RunnerReport {
  const failures: FailedTest[] = [];
  const files: string[] = [];
  const times: FileTime[] = [];
  let passed = 0;
  for (const suite of json.testResults) {
    const file = relative(rootDir, suite.name);
    let executed = 0;
    const failuresBefore = failures.length;
    for (const test of suite.assertionResults) {
      if (test.status === "passed") passed += 1;
      else failures.push({ file, name: test.fullName, reason: test.failureMessages?.[0] ?? test.status });
      if (test.status === "passed" || test.status === "failed") executed += 1;
    }
    if (suite.status === "failed" && failures.length === failuresBefore) {
      failures.push({ file, name: "loading the file", reason: suite.message ?? "failed" });
    }
    if (executed > 0) files.push(file);
    times.push({ file, ms: (suite.endTime ?? 0) - (suite.startTime ?? 0) });
  }
  for (const reason of outsideTests) failures.push({ file: "vitest", name: "outside tests", reason });
  return { runner: "vitest", passed, failures, files, times };
}

/** Text of a file, which is then removed; undefined when it does not exist. */
function takeFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  } finally {
    rmSync(path, { force: true });
  }
}
