#!/usr/bin/env node
/**
 * The compiler as an executable, for `solc` in foundry.toml: the pinned npm package behind the two calls
 * that Foundry makes, `--version` and `--standard-json` (input on stdin). Needs no network.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
const args = process.argv.slice(2);

if (args.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", "");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}.Linux.g++\n`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write(`unsupported arguments: ${args.join(" ")}\n`);
  process.exitCode = 1;
}
