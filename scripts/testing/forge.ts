import { join } from "node:path";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { brokenRunner, type FailedTest, type FileTime, type RunnerReport } from "./report.ts";

const PROJECT = "packages/contracts";
const TAIL_CHARACTERS = 4_000;

/** The part of `forge test --json` that is read here: suites by `file:contract`, tests by signature. */
export type ForgeJson = Readonly<
  Record<
    string,
    {
      readonly duration?: string;
      readonly test_results: Readonly<Record<string, { readonly status: string; readonly reason?: string | null }>>;
    }
  >
>;

/** Runs every Foundry test of the contracts package. */
export async function runForge(env: Readonly<Record<string, string>>): Promise<RunnerReport> {
  const { code, stdout, stderr } = await runProgram("forge", ["test", "--json"], {
    cwd: join(root, PROJECT),
    capture: true,
    env,
  });
  const json = stdout.slice(Math.max(0, stdout.indexOf("{"))).trim();
  let parsed: ForgeJson;
  try {
    parsed = JSON.parse(json);
  } catch {
    return brokenRunner("forge", `exit code ${code} without a report\n${(stdout + stderr).slice(-TAIL_CHARACTERS)}`);
  }
  console.log(`\nforge test (${PROJECT})`);
  printSuites(parsed);
  const report = parseForge(parsed);
  if (code === 0 || report.failures.length > 0) return report;
  return { ...report, failures: brokenRunner("forge", `exit code ${code} although no test failed`).failures };
}

/** Reads forge's JSON report: anything but success, including a skip, counts as failed. */
export function parseForge(json: ForgeJson): RunnerReport {
  const failures: FailedTest[] = [];
  const files = new Set<string>();
  const times: FileTime[] = [];
  let passed = 0;
  for (const [suite, { test_results, duration }] of Object.entries(json)) {
    const file = `${PROJECT}/${suite.slice(0, suite.lastIndexOf(":"))}`;
    for (const [name, { status, reason }] of Object.entries(test_results)) {
      if (status === "Success") passed += 1;
      else failures.push({ file, name, reason: reason ?? status });
      if (status !== "Skipped") files.add(file);
    }
    times.push({ file, ms: durationMs(duration ?? "") });
  }
  return { runner: "forge", passed, failures, files: [...files], times };
}

/** Milliseconds of a duration as forge prints it: `1m 2s 3ms 4us 5ns`. */
export function durationMs(text: string): number {
  const units = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = text.matchAll(/([\d.]+)\s*(ns|us|µs|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

function printSuites(json: ForgeJson): void {
  for (const [suite, { test_results, duration }] of Object.entries(json)) {
    const results = Object.values(test_results);
    const passed = results.filter(({ status }) => status === "Success").length;
    const mark = passed === results.length ? "✓" : "✗";
    console.log(` ${mark} ${suite} (${passed} of ${results.length}) ${duration ?? ""}`);
  }
}
