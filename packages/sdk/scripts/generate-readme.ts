/** Writes the examples into README.md; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withExamples } from "../test/readme.ts";

const folder = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const written = read("README.md");
const current = withExamples(written, read("test/examples.ts"));
if (!process.argv.includes("--check")) writeFileSync(join(folder, "README.md"), current);
else if (written !== current) {
  console.error("README.md is out of date: run packages/sdk/scripts/generate-readme.ts");
  process.exitCode = 1;
}
