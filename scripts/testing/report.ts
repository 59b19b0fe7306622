/** One test that did not pass, and why. */
export type FailedTest = { readonly file: string; readonly name: string; readonly reason: string };

/** What one runner did; `files` are the repository-relative test files it executed at least one test of. */
export type RunnerReport = {
  readonly runner: string;
  readonly passed: number;
  readonly failures: readonly FailedTest[];
  readonly files: readonly string[];
  /** How long each file took. */
  readonly times: readonly FileTime[];
};

/** How long a test file took, from its first test's start to its last one's end. */
export type FileTime = { readonly file: string; readonly ms: number };

/** Totals over all runners. */
export type Totals = { readonly passed: number; readonly failed: number };

/** Adds up what the runners report. */
export function sumReports(reports: readonly RunnerReport[]): Totals {
  return {
    passed: reports.reduce((sum, report) => sum + report.passed, 0),
    failed: reports.reduce((sum, report) => sum + report.failures.length, 0),
  };
}

/** The files that took longest, the longest first. */
export function slowestFiles(reports: readonly RunnerReport[], count: number): FileTime[] {
  return reports
    .flatMap(({ times }) => times)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count);
}

/** Test files that exist but that no runner executed a test of. */
export function findUnexecuted(testFiles: readonly string[], reports: readonly RunnerReport[]): string[] {
  const executed = new Set(reports.flatMap((report) => report.files));
  return testFiles.filter((file) => !executed.has(file));
}

/** The report of a runner that ended without reporting results. */
export function brokenRunner(runner: string, reason: string): RunnerReport {
  return { runner, passed: 0, failures: [{ file: runner, name: "the runner itself", reason }], files: [], times: [] };
}
