/** Writes the examples, which tests run, into the packages' READMEs; `--check` only compares. */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { withExamples } from "../../packages/sdk/test/readme.ts";
import { root } from "../lib/workspace.ts";
import { publishedPackages } from "./published.ts";

/** Sources of the guide's wallet. */
const WALLET = globSync("src/*.{ts,tsx}", { cwd: join(import.meta.dirname, "wallet") }).sort();
/** Sources of the guide's shop. */
const SHOP = globSync(["server/*.js", "page/src/*.ts"], { cwd: join(root, "examples/shop") }).sort();
const documents = [
  ...publishedPackages().map(({ name, folder }) => ({
    path: join(folder, "README.md"),
    programs: [name, `${name}-server`].map((program) => join(import.meta.dirname, "consumer", `${program}.mjs`)),
  })),
  {
    path: join(root, "packages/react/README.md"),
    programs: [join(root, "packages/react/test/examples.tsx")],
  },
  {
    path: join(root, "docs/guides/run-your-own-verifier.md"),
    programs: [join(root, "e2e/support/verifier-guide.ts")],
  },
  {
    path: join(root, "docs/guides/sponsor-fees.md"),
    programs: [join(root, "e2e/support/sponsor-guide.ts")],
  },
  {
    path: join(root, "docs/guides/build-a-wallet.md"),
    programs: WALLET.map((file) => join(import.meta.dirname, "wallet", file)),
  },
  {
    path: join(root, "docs/guides/accept-a-payment-in-ten-minutes.md"),
    programs: SHOP.map((file) => join(root, "examples/shop", file)),
  },
];

for (const { path, programs } of documents) {
  const source = programs.map((program) => (existsSync(program) ? readFileSync(program, "utf8") : "")).join("\n");
  if (!source.includes("// #region ")) continue;
  const written = readFileSync(path, "utf8");
  const current = withExamples(written, source);
  if (!process.argv.includes("--check")) writeFileSync(path, current);
  else if (written !== current) {
    console.error(`${relative(root, path)} is out of date: run scripts/packages/generate-readmes.ts`);
    process.exitCode = 1;
  }
}
