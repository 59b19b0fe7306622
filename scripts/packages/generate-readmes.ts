/** Writes the examples, which tests run, into the packages' READMEs; `--check` only compares. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { withExamples } from "../../packages/sdk/test/readme.ts";
import { root } from "../lib/workspace.ts";
import { publishedPackages } from "./published.ts";

const documents = [
  ...publishedPackages().map(({ name, folder }) => ({
    path: join(folder, "README.md"),
    program: join(import.meta.dirname, "consumer", `${name}.mjs`),
  })),
  {
    path: join(root, "packages/react/README.md"),
    program: join(root, "packages/react/test/examples.tsx"),
  },
  {
    path: join(root, "docs/guides/run-your-own-verifier.md"),
    program: join(root, "e2e/support/verifier-guide.ts"),
  },
];

for (const { path, program } of documents) {
  const source = existsSync(program) ? readFileSync(program, "utf8") : "";
  if (!source.includes("// #region ")) continue;
  const written = readFileSync(path, "utf8");
  const current = withExamples(written, source);
  if (!process.argv.includes("--check")) writeFileSync(path, current);
  else if (written !== current) {
    console.error(`${relative(root, path)} is out of date: run scripts/packages/generate-readmes.ts`);
    process.exitCode = 1;
  }
}
