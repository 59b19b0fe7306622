/**
 * Writes the gas that the tests of gas measure into gas.json.
 * Usage: node scripts/record-gas.ts [--check]; with --check nothing is written, and a difference is an error.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { CairnError } from "@cairn/protocol";
import { packageDir } from "../src/sources.ts";

/** The part of `forge test --json` that this script reads. */
type ForgeJson = Readonly<
  Record<
    string,
    {
      readonly test_results: Readonly<
        Record<
          string,
          {
            readonly status: string;
            readonly gas_snapshots: Readonly<Record<string, Readonly<Record<string, string>>>>;
          }
        >
      >;
    }
  >
>;

const TARGET = join(packageDir, "gas.json");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const measured = measure();
const text = `${JSON.stringify(measured, null, 2)}\n`;
const isCurrent = existsSync(TARGET) && readFileSync(TARGET, "utf8") === text;
if (!isCurrent && values.check) {
  const recorded: Readonly<Record<string, number>> = existsSync(TARGET) ? JSON.parse(readFileSync(TARGET, "utf8")) : {};
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(measured)])) {
    if (recorded[name] === measured[name]) continue;
    console.error(`${name}: recorded ${recorded[name] ?? "nothing"}, measured ${measured[name] ?? "nothing"}`);
  }
  console.error("run node packages/contracts/scripts/record-gas.ts if the change is intended");
  process.exitCode = 1;
} else if (!isCurrent) {
  writeFileSync(TARGET, text);
}
console.log(
  `gas of ${Object.keys(measured).length} calls: ${isCurrent ? "current" : values.check ? "differs" : "written"}`,
);

function measure(): Readonly<Record<string, number>> {
  const forge = join(dirname(createRequire(import.meta.url).resolve("@foundry-rs/forge/package.json")), "bin.mjs");
  const args = ["test", "--json", "--match-path", "test/{Gas,EscapeGas,Receipts}.t.sol"];
  const output = execFileSync(process.execPath, [forge, ...args], { cwd: packageDir, encoding: "utf8" });
  const suites: ForgeJson = JSON.parse(output.slice(output.indexOf("{")));
  const tests = Object.values(suites).flatMap(({ test_results }) => Object.values(test_results));
  const failed = tests.find(({ status }) => status !== "Success");
  if (failed !== undefined) throw new CairnError<"contracts/gas-test-failed">("contracts/gas-test-failed", output);
  const entries = tests.flatMap(({ gas_snapshots }) => Object.values(gas_snapshots).flatMap(Object.entries));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, gas]) => [name, Number(gas)]));
}
