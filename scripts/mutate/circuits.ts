import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { compileCircuit } from "@cairn/circuits";
import { cacheDir, root } from "../lib/workspace.ts";
import { deleteMutant, deleteMutants, type Mutant } from "./mutant.ts";
import { findNoirMutants } from "./noir.ts";
import type { Target, Verdict } from "./target.ts";
import { testsNaming, titlePattern } from "./tests-naming.ts";
import { failingTests, runVitestFiles } from "./vitest-run.ts";

const PACKAGE = "packages/circuits";
const NOIR = `${PACKAGE}/noir`;
const SOURCES = `${NOIR}/block/src`;

const under = (pattern: string): string[] => globSync(`${PACKAGE}/test/${pattern}`, { cwd: root }).sort();
/** Seconds first, then minutes: gadgets, then attacks on the block of 16 slots, then real proofs. */
const GADGETS = [...under("gadgets/*.test.ts"), `${PACKAGE}/test/vectors.test.ts`];
const BLOCKS = [...under("attacks/*.test.ts"), `${PACKAGE}/test/any-queue.test.ts`];
const PROVER = under("*.prover.test.ts");

/** Files with unconstrained functions or that rely on the backend's own checks: real proofs judge these too. */
const HINTS = ["bytes.nr", "schnorr.nr", "witness.nr"];

const UNCHANGED: Verdict = { type: "survived", isUnchanged: true };

/** Tests to run first for guards whose message occurs in no test. */
const LIKELY: Readonly<Record<string, readonly string[]>> = {
  "bytes.nr": ["gadgets/hashing", "attacks/hints"],
  "fees.nr": ["attacks/index-bytes", "attacks/fees"],
  "index.nr": ["attacks/index-bytes"],
  "l1_queue.nr": ["attacks/l1"],
  "links.nr": ["attacks/links"],
  "public_input.nr": ["gadgets/public-input"],
  "schnorr.nr": ["gadgets/routing", "vectors", "attacks/signature"],
  "slot.nr": ["attacks/index-bytes", "attacks/kind", "attacks/leaf", "attacks/signature"],
  "block.nr": ["attacks/data", "attacks/kind", "attacks/signature", "attacks/fees"],
  "witness.nr": ["attacks/hints"],
};

type Environment = { readonly CAIRN_TEST_NOIR_DIR: string; readonly CAIRN_CACHE_DIR: string };

/**
 * The block circuit. A mutant is a copy of the Noir sources, passed to the tests as `CAIRN_TEST_NOIR_DIR`, with its
 * of its own; key and verifier of a mutated circuit are made when a prover test asks for them.
 */
export const circuitsTarget: Target = {
  name: "circuits",
  sourceDir: SOURCES,
  files: globSync("*.nr", { cwd: join(root, SOURCES) })
    .filter((file) => file !== "constants.nr")
    .sort(),
  testFiles: [...GADGETS, ...BLOCKS, ...PROVER, ...under("support/*.ts")],
  findMutants: findNoirMutants,
  async prepare() {
    const place = mkdtempSync(join(tmpdir(), "cairn-mutate-circuits-"));
    const noirDir = join(place, "noir");
    const cache = join(place, "cache");
    cpSync(join(root, NOIR), noirDir, { recursive: true });
    mkdirSync(cache);
    // Parts that do not depend on the sources.
    if (existsSync(join(cacheDir, "srs"))) symlinkSync(join(cacheDir, "srs"), join(cache, "srs"));
    const env = { CAIRN_TEST_NOIR_DIR: noirDir, CAIRN_CACHE_DIR: cache };
    return {
      async judge(mutant) {
        const path = join(noirDir, "block", "src", mutant.file);
        const source = readFileSync(path, "utf8");
        writeFileSync(path, deleteMutant(source, mutant));
        try {
          return await judge(mutant, env);
        } finally {
          writeFileSync(path, source);
        }
      },
      judgeTogether: (mutants) => judgeTogether(mutants, join(noirDir, "block", "src"), env),
      dispose: async () => rmSync(place, { recursive: true, force: true }),
    };
  },
};

/**
 * Deletes the guards that have their own refusal message, all at once, and runs the tests that expect one of these
 * messages. Such a test cannot pass without its guard, whatever else is present or missing: nothing else refuses with
 * that message. So each failure is the verdict on the guard whose message the test expects.
 */
async function judgeTogether(
  mutants: readonly Mutant[],
  sources: string,
  env: Environment,
): Promise<ReadonlyMap<Mutant, Verdict>> {
  const all = circuitsTarget.files.flatMap((file) => findNoirMutants(file, readFileSync(join(sources, file), "utf8")));
  const isOwn = (text: string): boolean => all.filter((other) => soughtText(other) === text).length === 1;
  const groups = mutants.flatMap((mutant) => {
    const text = soughtText(mutant);
    const tests = text !== null && isOwn(text) ? testsNaming(text, [...GADGETS, ...BLOCKS], readTest) : [];
    return tests.length > 0 ? [{ mutant, tests }] : [];
  });
  const originals = new Map(circuitsTarget.files.map((file) => [file, readFileSync(join(sources, file), "utf8")]));
  try {
    for (const [file, source] of originals) {
      const own = groups.filter(({ mutant }) => mutant.file === file).map(({ mutant }) => mutant);
      writeFileSync(join(sources, file), deleteMutants(source, own));
    }
    const files = [...new Set(groups.flatMap(({ tests }) => tests.map(({ file }) => file)))];
    const titles = [...new Set(groups.flatMap(({ tests }) => tests.flatMap((test) => test.titles)))];
    if (files.length === 0) return new Map();
    const failures = await failingTests({ files, titles: titlePattern(titles), env });
    return new Map(
      groups.flatMap(({ mutant, tests }): [Mutant, Verdict][] => {
        const failure = failures.find(({ file, name }) =>
          tests.some((test) => test.file === file && new RegExp(titlePattern(test.titles)).test(name)),
        );
        return failure ? [[mutant, { type: "killed", by: failure.name, file: failure.file }]] : [];
      }),
    );
  } finally {
    for (const [file, source] of originals) writeFileSync(join(sources, file), source);
    forgetPrograms(env);
  }
}

async function judge(mutant: Mutant, env: Environment): Promise<Verdict> {
  const run = (files: readonly string[], titles?: string): Promise<Verdict> => runVitestFiles({ files, titles, env });
  try {
    const named = testsNaming(soughtText(mutant), [...GADGETS, ...BLOCKS], readTest);
    for (const { file, titles } of named.slice(0, 3)) {
      const verdict = await run([file], titlePattern(titles));
      if (verdict.type === "killed") return verdict;
    }
    if (mutant.kind === "range" && named.length === 0 && (await isUnchanged(env))) return UNCHANGED;
    const likely = (LIKELY[mutant.file] ?? []).map((name) => `${PACKAGE}/test/${name}.test.ts`);
    for (const file of likely) {
      const verdict = existsSync(join(root, file)) ? await run([file]) : ({ type: "survived" } as const);
      if (verdict.type === "killed") return verdict;
    }
    if (await isUnchanged(env)) return UNCHANGED;
    const stages = HINTS.includes(mutant.file) ? [GADGETS, BLOCKS, PROVER] : [BLOCKS, GADGETS];
    for (const files of stages) {
      const verdict = await run(files.filter((file) => !likely.includes(file)));
      if (verdict.type === "killed") return verdict;
    }
    return { type: "survived" };
  } finally {
    forgetPrograms(env);
  }
}

/** Whether the compiler produces the same circuit of 16 slots without the guard: then every test has already passed. */
async function isUnchanged({ CAIRN_TEST_NOIR_DIR, CAIRN_CACHE_DIR }: Environment): Promise<boolean> {
  const name = "block16";
  const mutated = await compileCircuit({ name, cacheDir: CAIRN_CACHE_DIR, noirDir: CAIRN_TEST_NOIR_DIR });
  const original = await compileCircuit({ name, cacheDir });
  return mutated.circuit.bytecode === original.circuit.bytecode;
}

/** Deletes what was compiled from mutated sources, which is never needed again. */
function forgetPrograms({ CAIRN_CACHE_DIR }: Environment): void {
  rmSync(join(CAIRN_CACHE_DIR, "circuits"), { recursive: true, force: true });
}

/** Text in tests that expect this constraint to fail: its message, or the place of a range check. */
function soughtText({ file, kind, text }: Mutant): string | null {
  if (kind === "range") return `${basename(file)}: ${text.replace(/::<.*$/, "")}`;
  return /"([^"]+)"\);/.exec(text)?.[1] ?? null;
}

function readTest(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
