import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CairnError } from "@cairn/protocol";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { type ForgeJson, parseForge } from "../testing/forge.ts";
import { deleteMutant, type Mutant, maskText, mutantName } from "./mutant.ts";
import { findSolidityMutants } from "./solidity.ts";
import { installSwitches, isSwitchable, SWITCH_SOURCE } from "./switches.ts";
import type { Target, Verdict, Workplace } from "./target.ts";

const PACKAGE = "packages/contracts";
const SOURCES = `${PACKAGE}/src`;
const NOT_MUTATED = /(?:^|\/)(?:dev|generated|interfaces)\//;
/** Number of test files that run one by one before all tests run. */
const MAX_TRIED_ALONE = 3;
/** Switches make the code larger than a chain accepts; the test of the size is left out. */
const CODE_SIZE_LIMIT = "1000000";
const CODE_SIZE_TEST = "test_fitsTheCodeSizeLimit";

/** Errors of guards whose own text does not name them. */
const ERRORS_OF: Readonly<Record<string, readonly string[]>> = {
  locked: ["Reentrancy"],
  whenActive: ["RollupFrozen"],
  whenFrozen: ["NotFrozen"],
};

const TESTS = globSync(`${PACKAGE}/test/**/*.t.sol`, { cwd: root }).sort();

/** A copy of the package and forge's settings for it. */
type Copy = { readonly dir: string; readonly env: Readonly<Record<string, string>> };

/**
 * The contracts. One copy has every guard behind a switch, so that forge compiles once; its tests must pass with all
 * guards on. Guards that cannot be switched are deleted in a second copy, which is compiled each time.
 */
export const contractsTarget: Target = {
  name: "contracts",
  sourceDir: SOURCES,
  files: globSync("**/*.sol", { cwd: join(root, SOURCES) })
    .filter((file) => !NOT_MUTATED.test(file))
    .sort(),
  testFiles: [...TESTS, ...globSync(`${PACKAGE}/test/**/{support,hostile}/*.sol`, { cwd: root }).sort()],
  findMutants: findSolidityMutants,
  prepare,
};

async function prepare(): Promise<Workplace> {
  const place = mkdtempSync(join(tmpdir(), "cairn-mutate-contracts-"));
  const plain = copyPackage(join(place, "plain"));
  const switched = copyPackage(join(place, "switched"));
  const sources = contractsTarget.files.map((file) => {
    const path = join(switched, "src", file);
    return { file, path, source: readFileSync(path, "utf8") };
  });
  const switches = sources
    .flatMap(({ file, source }) => findSolidityMutants(file, source))
    .filter(isSwitchable)
    .map((mutant, i) => ({ mutant, id: i + 1 }));
  const ids = new Map(switches.map(({ mutant, id }) => [mutantName(mutant), id]));
  writeFileSync(join(switched, "src/MutationSwitch.sol"), SWITCH_SOURCE);
  for (const { file, path, source } of sources) {
    const own = switches.filter(({ mutant }) => mutant.file === file);
    const importPath = `${"../".repeat(file.split("/").length - 1) || "./"}MutationSwitch.sol`;
    writeFileSync(path, installSwitches(source, own, importPath, switches));
  }
  const settings = (id: number): Record<string, string> => ({
    FOUNDRY_CODE_SIZE_LIMIT: CODE_SIZE_LIMIT,
    FOUNDRY_BLOCK_PREVRANDAO: `0x${id.toString(16).padStart(64, "0")}`,
  });
  const allOn = await runForge([], { dir: switched, env: settings(0) });
  if (allOn.type === "killed") {
    throw new CairnError("mutate/switches-change-meaning", `with every guard on: ${allOn.by}`);
  }
  return {
    async judge(mutant) {
      const id = ids.get(mutantName(mutant));
      if (id !== undefined) return judge(mutant, { dir: switched, env: settings(id) });
      const path = join(plain, "src", mutant.file);
      const source = readFileSync(path, "utf8");
      writeFileSync(path, deleteMutant(source, mutant));
      try {
        return await judge(mutant, { dir: plain, env: {} });
      } finally {
        writeFileSync(path, source);
      }
    },
    dispose: async () => rmSync(place, { recursive: true, force: true }),
  };
}

function copyPackage(place: string): string {
  const dir = join(place, PACKAGE);
  for (const part of ["src", "test", "scripts", "foundry.toml", "package.json"]) {
    cpSync(join(root, PACKAGE, part), join(dir, part), { recursive: true });
  }
  cpSync(join(root, "vectors"), join(place, "vectors"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return dir;
}

async function judge(mutant: Mutant, copy: Copy): Promise<Verdict> {
  const likely = likelyTests(mutant, errorsOf(mutant, copy.dir));
  for (const file of likely.slice(0, MAX_TRIED_ALONE)) {
    const verdict = await runForge(["--match-path", file.slice(PACKAGE.length + 1)], copy);
    if (verdict.type === "killed") return verdict;
  }
  return runForge([], copy);
}

/** Names of the errors with which the deleted guard would have reverted. */
function errorsOf({ text, kind }: Mutant, dir: string): string[] {
  const named = [...text.matchAll(/\brevert (?:\w+\.)?(\w+)/g)].map(([, name]) => name ?? "");
  if (kind === "modifier") return [...(ERRORS_OF[text.replace(/ \(\d+\)$/, "")] ?? [])];
  if (kind !== "call") return named;
  const callee = /(_?require\w*)\(/.exec(text)?.[1] ?? "";
  return globSync("**/*.sol", { cwd: join(dir, "src") }).flatMap((file) => {
    const masked = maskText(readFileSync(join(dir, "src", file), "utf8"));
    const body = new RegExp(`function ${callee}\\b[\\s\\S]*?\\n    \\}`).exec(masked)?.[0] ?? "";
    return [...body.matchAll(/\brevert (?:\w+\.)?(\w+)/g)].map(([, name]) => name ?? "");
  });
}

/** Test files by how often they name one of the errors; those that also name the function come first. */
function likelyTests({ scope }: Mutant, errors: readonly string[]): string[] {
  const scored = TESTS.map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const count = (name: string): number => text.split(new RegExp(`\\b${name}\\b`)).length - 1;
    const named = errors.reduce((sum, error) => sum + count(error), 0);
    return { file, score: named === 0 ? 0 : named * 10 + Math.min(9, count(scope)) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ file }) => file);
}

async function runForge(args: readonly string[], { dir, env }: Copy): Promise<Verdict> {
  const { stdout, stderr } = await runProgram(
    "forge",
    ["test", "--json", "--threads", "1", "--no-match-test", CODE_SIZE_TEST, ...args],
    {
      cwd: dir,
      env,
      capture: true,
    },
  );
  return verdictOfForge(stdout, stderr);
}

/** The first failure of forge's JSON; without a report, the compiler refused the mutant. */
export function verdictOfForge(stdout: string, stderr: string): Verdict {
  const start = stdout.indexOf('{"test/');
  if (start < 0) {
    const said = stdout + stderr;
    if (/Compiler run failed|Error \(\d+\)/.test(said)) return { type: "killed", by: "the compiler", file: null };
    throw new CairnError("mutate/no-report", `forge left no report\n${said.slice(-4_000)}`);
  }
  const [failure] = parseForge(JSON.parse(stdout.slice(start)) as ForgeJson).failures;
  return failure === undefined ? { type: "survived" } : { type: "killed", by: failure.name, file: failure.file };
}
