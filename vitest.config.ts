import { defineConfig } from "vitest/config";

const seconds = (count: number): number => count * 1000;

const ignored = ["**/node_modules/**", "**/.cache/**"];

/** Proving and anvil take both cores, so `prover` and `e2e` run one file at a time, after `unit`. */
export default defineConfig({
  test: {
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
          maxWorkers: 2,
          testTimeout: seconds(60),
          hookTimeout: seconds(60),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "prover",
          include: ["packages/**/*.prover.test.ts", "apps/**/*.prover.test.ts"],
          exclude: ignored,
          fileParallelism: false,
          testTimeout: seconds(300),
          hookTimeout: seconds(300),
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ignored,
          fileParallelism: false,
          testTimeout: seconds(600),
          hookTimeout: seconds(600),
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
