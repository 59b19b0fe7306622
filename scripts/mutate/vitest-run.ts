import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { LONG_TESTS } from "../testing/long-tests.ts";
import type { FailedTest } from "../testing/report.ts";
import { parseVitest, type VitestJson } from "../testing/vitest.ts";
import type { Verdict } from "./target.ts";

/** Per test; a busy machine must not look like a killed mutant. */
const TEST_TIMEOUT_MS = 1_800_000;

/** Vitest files, or those of their tests whose names match `titles`. */
export type Selection = {
  readonly files: readonly string[];
  readonly titles?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
};

/** Runs tests until one fails. */
export async function runVitestFiles(selection: Selection): Promise<Verdict> {
  if (selection.files.length === 0) return { type: "survived" };
  return verdictOf(await runSelection(selection, ["--bail=1"]));
}

/** Runs all of the tests; those that failed. */
export async function failingTests(selection: Selection): Promise<readonly FailedTest[]> {
  return failuresOf(await runSelection(selection, []));
}

async function runSelection({ files, titles, env }: Selection, options: readonly string[]): Promise<VitestJson> {
  const folder = mkdtempSync(join(tmpdir(), "cairn-mutate-report-"));
  try {
    const report = join(folder, "report.json");
    const args = [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...options,
      "--no-file-parallelism",
      `--testTimeout=${TEST_TIMEOUT_MS}`,
      `--hookTimeout=${TEST_TIMEOUT_MS}`,
      ...(titles === undefined ? [] : ["-t", titles]),
      ...files,
    ];
    // Without it, vitest leaves such files out, and nothing would fail.
    const all = files.some((file) => Object.hasOwn(LONG_TESTS, file)) ? { CAIRN_TEST_ALL: "1" } : {};
    const { stdout, stderr } = await runProgram(process.execPath, args, {
      cwd: root,
      env: { ...env, ...all },
      capture: true,
    });
    const json = readReport(report);
    if (json === null) throw new CairnError("mutate/no-report", `vitest left no report\n${tail(stdout + stderr)}`);
    return json;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tests that were left out after the first failure or because of their title do not count. */
function failuresOf(json: VitestJson): readonly FailedTest[] {
  const ran = {
    testResults: json.testResults.map((suite) => ({
      ...suite,
      assertionResults: suite.assertionResults.filter(({ status }) => status === "passed" || status === "failed"),
    })),
  };
  const { failures } = parseVitest(ran, root);
  const count = ran.testResults.reduce((sum, { assertionResults }) => sum + assertionResults.length, 0);
  if (count === 0 && failures.length === 0) throw new CairnError("mutate/no-tests", "none of the tests was run");
  return failures;
}

/** The first failure of a report. */
export function verdictOf(json: VitestJson): Verdict {
  const [failure] = failuresOf(json);
  if (failure === undefined) return { type: "survived" };
  const isUnbuilt = failure.reason.includes("does not compile");
  return { type: "killed", by: isUnbuilt ? "the compiler" : failure.name, file: isUnbuilt ? null : failure.file };
}

function readReport(path: string): VitestJson | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as VitestJson;
  } catch {
    return null;
  }
}

function tail(text: string): string {
  return text.slice(-4_000);
}
