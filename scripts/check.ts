/** All checks other than tests: lint, types, imports, OpenAPI document, generated files, gate counts, keys. */
import { runProgram } from "./lib/program.ts";
import { runStages } from "./lib/stages.ts";
import { root } from "./lib/workspace.ts";

const CHECKS = [
  { name: "lint", args: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"] },
  { name: "types", args: ["scripts/typecheck.ts"] },
  { name: "imports and code rules", args: ["scripts/check-imports.ts"] },
  { name: "OpenAPI document", args: ["scripts/check-openapi.ts"] },
  { name: "generated files, gate counts, verification keys", args: ["scripts/run.mjs", "drift", "--check"] },
];

const results = await runStages(
  CHECKS.map(({ name, args }) => ({
    name,
    run: async () => (await runProgram(process.execPath, args, { cwd: root })).code,
  })),
);
const failed = results.filter(({ code }) => code !== 0).map(({ name }) => name);
console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.join("; ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
