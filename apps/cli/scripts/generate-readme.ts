/** Writes the table of commands into README.md; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createProgram } from "../src/cli.ts";
import { withCommandTable } from "../src/reference.ts";
import { processTerminal } from "../src/terminal.ts";

const path = join(import.meta.dirname, "../README.md");
const written = readFileSync(path, "utf8");
const current = withCommandTable(written, createProgram(processTerminal()).program);
if (!process.argv.includes("--check")) writeFileSync(path, current);
else if (written !== current) {
  console.error("README.md is out of date: run apps/cli/scripts/generate-readme.ts");
  process.exitCode = 1;
}
