/**
 * Writes heads and index of the pages of docs/errors; with `--check` compares them. Pages that are missing or
 * contradict the code are errors either way.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainedCodes, readErrorPage } from "../../apps/cli/src/explain/codes.ts";
import { root } from "../lib/workspace.ts";
import { errorCatalogue } from "./catalogue.ts";
import { pageProblems } from "./check.ts";
import { indexOf, withHead } from "./write.ts";

const isCheck = process.argv.includes("--check");
const codes = errorCatalogue();
const pages = new Map(explainedCodes().map((code) => [code, readErrorPage(code)]));
const problems: string[] = [];

for (const code of codes) {
  const before = pages.get(code.code);
  if (before === undefined) continue;
  const after = withHead(before, code);
  update(`docs/errors/${code.code}.md`, before, after);
  pages.set(code.code, after);
}
const index = "docs/errors/README.md";
update(index, existsSync(join(root, index)) ? readFileSync(join(root, index), "utf8") : "", indexOf(codes, pages));
problems.push(...pageProblems(codes, pages));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function update(path: string, before: string, after: string): void {
  if (before === after) return;
  if (isCheck) problems.push(`${path} is out of date: run scripts/errors/generate.ts`);
  else writeFileSync(join(root, path), after);
}
