/** Checks the types of everything; those of the pages apart, because only they have what browsers have. */
import { runProgram } from "./lib/program.ts";
import { runStages } from "./lib/stages.ts";
import { root } from "./lib/workspace.ts";

const PROJECTS = ["tsconfig.json", "apps/web/tsconfig.json"];

const results = await runStages(
  PROJECTS.map((project) => ({
    name: project,
    run: async () =>
      (await runProgram(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], { cwd: root })).code,
  })),
);
process.exitCode = results.some(({ code }) => code !== 0) ? 1 : 0;
