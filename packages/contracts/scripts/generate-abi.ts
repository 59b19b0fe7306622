/**
 * Writes the ABIs of the contracts as TypeScript constants into src/generated.
 * Usage: node scripts/generate-abi.ts [--check]; with --check nothing is written, and a difference is an error.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { compileAbi, ROLLUP_SETTINGS } from "../src/compile.ts";
import { packageDir, readSources } from "../src/sources.ts";

const TARGETS = [
  { path: "src/Rollup.sol", contract: "Rollup", file: "rollup-abi.ts", constant: "rollupAbi" },
  {
    path: "src/policies/FixedOperator.sol",
    contract: "FixedOperator",
    file: "fixed-operator-abi.ts",
    constant: "fixedOperatorAbi",
  },
  { path: "src/Receipts.sol", contract: "Receipts", file: "receipts-abi.ts", constant: "receiptsAbi" },
  { path: "src/dev/DevToken.sol", contract: "DevToken", file: "dev-token-abi.ts", constant: "devTokenAbi" },
] as const;

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

for (const { path, contract, file, constant } of TARGETS) {
  const abi = await compileAbi(readSources(path), path, contract, ROLLUP_SETTINGS);
  const text = `/** ABI of ${contract}. Generated from ${path}; do not edit. */\nexport const ${constant} = ${JSON.stringify(abi, null, 2)} as const;\n`;
  const target = join(packageDir, "src/generated", file);
  const isCurrent = existsSync(target) && readFileSync(target, "utf8") === text;
  if (!isCurrent && values.check) {
    console.error(`${target} does not match ${path}: run node scripts/generate-abi.ts`);
    process.exitCode = 1;
  } else if (!isCurrent) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  console.log(`${constant}: ${isCurrent ? "current" : values.check ? "differs" : "written"}`);
}
