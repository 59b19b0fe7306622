import { join } from "node:path";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { brokenRunner, type FailedTest, type RunnerReport } from "./report.ts";

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
export async function runForge(): Promise<RunnerReport> {
  console.log(`\nforge test (${PROJECT})`);
  const { code, stdout, stderr } = await runProgram("forge", ["test", "--json"], {
    cwd: join(root, PROJECT),
    capture: true,
  });
  const json = stdout.slice(Math.max(0, stdout.indexOf("{"))).trim();
  let parsed: ForgeJson;
  try {
    parsed = JSON.parse(json);
  } catch {
    return brokenRunner("forge", `exit code ${code} without a report\n${(stdout + stderr).slice(-TAIL_CHARACTERS)}`);
  }
  printSuites(parsed);
  const report = parseForge(parsed);
  if (code === 0 || report.failures.length > 0) return report;
  return { ...report, failures: brokenRunner("forge", `exit code ${code} although no test failed`).failures };
}

/** Reads forge's JSON report: anything but success, skipping included, counts as failed. */
export function parseForge(json: ForgeJson): RunnerReport {
  const failures: FailedTest[] = [];
  const files = new Set<string>();
  let passed = 0;
  for (const [suite, { test_results }] of Object.entries(json)) {
    const file = `${PROJECT}/${suite.slice(0, suite.lastIndexOf(":"))}`;
    for (const [name, { status, reason }] of Object.entries(test_results)) {
      if (status === "Success") passed += 1;
      else failures.push({ file, name, reason: reason ?? status });
      if (status !== "Skipped") files.add(file);
    }
  }
  return { runner: "forge", passed, failures, files: [...files] };
}

function printSuites(json: ForgeJson): void {
  for (const [suite, { test_results, duration }] of Object.entries(json)) {
    const results = Object.values(test_results);
    const passed = results.filter(({ status }) => status === "Success").length;
    const mark = passed === results.length ? "✓" : "✗";
    console.log(` ${mark} ${suite} (${passed} of ${results.length}) ${duration ?? ""}`);
  }
}
