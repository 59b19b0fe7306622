/** Checks imports against the table in ARCHITECTURE.md and for cycles, purity, browsers, and the rules for every file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkBrowsers } from "./checks/browsers.ts";
import { checkCode } from "./checks/code-rules.ts";
import { checkImportCycles } from "./checks/import-cycles.ts";
import { checkImports } from "./checks/imports.ts";
import { checkPurity } from "./checks/purity.ts";
import { type Problem, readRepository } from "./checks/repository.ts";
import { root, trackedFiles } from "./lib/workspace.ts";

const files = trackedFiles().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const repository = readRepository(files);
const code = files.map(checkCode);
const problems = [
  ...repository.problems,
  ...checkImports(repository),
  ...checkImportCycles(repository),
  ...checkPurity(repository),
  ...checkBrowsers(repository),
  ...code.flatMap((result) => result.problems),
];

const show = ({ file, line, message }: Problem): string => `${file}${line > 0 ? `:${line}` : ""}: ${message}`;
const notes = new Set(code.flatMap((result) => result.notes).map(show));
const errors = new Set(problems.map(show));
for (const line of notes) console.log(`note  ${line}`);
for (const line of errors) console.log(`error ${line}`);
const imports = repository.workspaces.flatMap(({ sources }) => sources.flatMap((source) => source.imports)).length;
console.log(
  `${imports} imports in ${repository.workspaces.length} packages, ${files.length} files: ${errors.size} problems`,
);
process.exitCode = errors.size > 0 ? 1 : 0;
