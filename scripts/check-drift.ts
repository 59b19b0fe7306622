/**
 * Runs every generator: with `--check` (the default) each prints how the committed files differ from what it would
 * write and exits non-zero; with `--write` each writes them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./lib/program.ts";
import { formatSeconds, runStages } from "./lib/stages.ts";
import { root } from "./lib/workspace.ts";

/** In order of dependency: constants go into circuits and contracts, which determine ABIs and gate counts. */
const GENERATORS = [
  { name: "constants for Noir and Solidity", script: "scripts/generate-constants.ts" },
  { name: "keys of children in circuits", script: "packages/circuits/scripts/generate-keys.ts" },
  { name: "golden vectors", script: "vectors/generate.ts" },
  { name: "ABIs", script: "packages/contracts/scripts/generate-abi.ts" },
  { name: "settings of the node", script: "apps/node/scripts/generate-config.ts" },
  { name: "list of commands", script: "apps/cli/scripts/generate-readme.ts" },
  { name: "versions of the root and the examples", script: "scripts/packages/generate-versions.ts" },
  { name: "pages of errors", script: "scripts/errors/generate.ts" },
  { name: "examples of the SDK", script: "packages/sdk/scripts/generate-readme.ts" },
  { name: "examples of the npm packages", script: "scripts/packages/generate-readmes.ts" },
  { name: "reports on the API of the npm packages", script: "scripts/packages/generate-api.ts" },
  { name: "gate counts and verification-key hashes", script: "packages/circuits/scripts/record-gates.ts" },
  // Last, because a test run at the same time then has compiled the contracts already.
  { name: "gas of the contract", script: "packages/contracts/scripts/record-gas.ts" },
];

const write = process.argv.includes("--write");

const results = await runStages(
  GENERATORS.map(({ name, script }) => ({
    name: `${write ? "write" : "check"} ${name}`,
    run: async () => {
      if (!existsSync(join(root, script))) {
        console.log(`${script} does not exist`);
        return 1;
      }
      const { code } = await runProgram(process.execPath, write ? [script] : [script, "--check"], { cwd: root });
      return code;
    },
  })),
);
const failed = results.filter(({ code }) => code !== 0);
for (const { name, ms } of failed) console.log(`failed: ${name} (${formatSeconds(ms)})`);
if (failed.length > 0 && !write) console.log("npm run generate writes the generated files");
process.exitCode = failed.length > 0 ? 1 : 0;
