import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { LONG_TESTS, RUNS_ALL } from "./scripts/testing/long-tests.ts";
import { TEST_TIMEOUT_MS } from "./scripts/testing/patience.ts";

const ignored = ["**/node_modules/**", "**/.cache/**", ...(RUNS_ALL ? [] : Object.keys(LONG_TESTS))];

/** Units that take minutes: pages and installed packages in Chromium. */
const LONG_UNITS = /\/(?:apps\/web\/test|scripts\/packages)\//;

/** Long files first: end to end, then those that prove, then units; so that nothing long is left alone at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ["e2e", "prover", "unit"];
    const rank = ({ moduleId, project }: TestSpecification): number =>
      LONG_UNITS.test(moduleId) ? -1 : order.indexOf(project.name);
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    globalSetup: ["./scripts/testing/postgres-setup.ts"],
    setupFiles: ["./scripts/testing/patient-waits.ts"],
    // Test files leave nothing behind, so what they import is loaded once for all that a process runs.
    isolate: false,
    // V8 of Node 24 sometimes ends a process when it frees WebAssembly code, of which the embedded database has much.
    execArgv: ["--no-wasm-code-gc"],
    // Twice the cores of the usual machine: half of the time, files wait for blocks, polls and stand-in proofs.
    maxWorkers: 4,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/*/test/**/*.test.ts",
            "packages/*/scripts/**/*.test.ts",
            "apps/*/**/*.test.ts",
            "bench/**/*.test.ts",
            "vectors/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: [...ignored, "**/*.prover.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "prover",
          include: ["packages/**/*.prover.test.ts", "apps/**/*.prover.test.ts", "bench/**/*.prover.test.ts"],
          exclude: ignored,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ignored,
          globalSetup: ["./scripts/testing/commands-setup.ts"],
        },
      },
    ],
  },
});
