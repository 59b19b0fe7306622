/** One test that did not pass, and why. */
export type FailedTest = { readonly file: string; readonly name: string; readonly reason: string };

/** What one runner did; `files` are the repository-relative test files it executed at least one test of. */
export type RunnerReport = {
  readonly runner: string;
  readonly passed: number;
  readonly failures: readonly FailedTest[];
  readonly files: readonly string[];
};

/** Totals over all runners. */
export type Totals = { readonly passed: number; readonly failed: number };

/** Adds up what the runners report. */
export function sumReports(reports: readonly RunnerReport[]): Totals {
  return {
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    failed: reports.reduce((sum, report) => sum + report.failures.length, 0),
  };
}

/** Test files that exist but that no runner executed a test of. */
export function findUnexecuted(testFiles: readonly string[], reports: readonly RunnerReport[]): string[] {
  const executed = new Set(reports.flatMap((report) => report.files));
  return testFiles.filter((file) => !executed.has(file));
}

/** The report of a runner that ended without telling its results. */
export function brokenRunner(runner: string, reason: string): RunnerReport {
  return { runner, passed: 0, failures: [{ file: runner, name: "the runner itself", reason }], files: [] };
}
