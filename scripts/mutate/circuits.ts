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

const under = (pattern: string): string[] => globSync(`${PACKAGE}/test/${pattern}`, { cwd: root }).sort();
const tests = (...names: string[]): string[] => names.map((name) => `${PACKAGE}/test/${name}.test.ts`);

const UNCHANGED: Verdict = { type: "survived", isUnchanged: true };

/** The libraries; lists of keys are other sources' business, and their tests not among these. */
const FILES = globSync("{rollup,aggregation}/src/*.nr", { cwd: join(root, NOIR) })
  .filter((file) => basename(file) !== "constants.nr")
  .sort();

/** Tests, seconds first, then minutes: parts, then a block of 16 slots and the attacks on it, then real proofs. */
const PARTS = [...under("gadgets/*.test.ts"), ...tests("vectors", "evaluation", "binding", "merge", "pair")];
const BLOCKS = [...tests("block"), ...under("attacks/*.test.ts"), ...tests("any-queue")];
const PROVER = tests("solo16.prover", "forged-hints.prover", "forged-limbs.prover");

/** Files with unconstrained functions or that rely on the backend's own checks: real proofs judge these too. */
const HINTS = ["rollup/src/extras.nr", "rollup/src/schnorr.nr", "rollup/src/witness.nr"];

/** Tests to run first for guards whose message occurs in no test. */
const LIKELY: Readonly<Record<string, readonly string[]>> = {
  "aggregation/src/batch.nr": ["pair"],
  "aggregation/src/children.nr": ["merge"],
  "aggregation/src/lists.nr": ["binding"],
  "rollup/src/binding.nr": ["evaluation"],
  "rollup/src/block.nr": [
    "block",
    "attacks/block",
    "attacks/data",
    "attacks/kind",
    "attacks/signature",
    "attacks/fees",
  ],
  "rollup/src/extras.nr": ["gadgets/block", "attacks/hints"],
  "rollup/src/fees.nr": ["attacks/index-bytes", "attacks/fees"],
  "rollup/src/index.nr": ["attacks/index-bytes"],
  "rollup/src/l1.nr": ["gadgets/block", "attacks/block"],
  "rollup/src/links.nr": ["gadgets/block", "attacks/links"],
  "rollup/src/message.nr": ["gadgets/hashing", "attacks/signature"],
  "rollup/src/payouts.nr": ["attacks/block"],
  "rollup/src/residues.nr": ["evaluation"],
  "rollup/src/schnorr.nr": ["gadgets/parts", "vectors", "attacks/signature"],
  "rollup/src/slot.nr": ["attacks/index-bytes", "attacks/kind", "attacks/leaf", "attacks/signature"],
  "rollup/src/solo.nr": ["block"],
  "rollup/src/witness.nr": ["attacks/hints"],
};

type Environment = { readonly CAIRN_TEST_NOIR_DIR: string; readonly CAIRN_CACHE_DIR: string };

/**
 * The circuits. A mutant is a copy of the Noir sources, passed to the tests as `CAIRN_TEST_NOIR_DIR`, with a cache of its
 * own; key and verifier of a mutated circuit are made when a prover test asks for them.
 */
export const circuitsTarget: Target = {
  name: "circuits",
  sourceDir: NOIR,
  files: FILES,
  testFiles: [...PARTS, ...BLOCKS, ...PROVER, ...under("support/*.ts")],
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
        const path = join(noirDir, mutant.file);
        const source = readFileSync(path, "utf8");
        writeFileSync(path, deleteMutant(source, mutant));
        try {
          return await judge(mutant, env);
        } finally {
          writeFileSync(path, source);
        }
      },
      judgeTogether: (mutants) => judgeTogether(mutants, noirDir, env),
      dispose: async () => rmSync(place, { recursive: true, force: true }),
    };
  },
};

/** A crate that contains everything of a file, as small as they come. */
function crateWith(file: string): string {
  const [part = ""] = /(?<=^aggregation\/src\/)(children|lists)(?=\.nr$)/.exec(file) ?? [];
  if (part !== "") return `gadgets/${part}`;
  if (file === "aggregation/src/batch.nr") return "pair";
  // A block of 16 slots has no partners that are too far apart.
  return basename(file) === "links.nr" ? "gadgets/far_links" : "solo16";
}

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
  const all = FILES.flatMap((file) => findNoirMutants(file, readFileSync(join(sources, file), "utf8")));
  const isOwn = (text: string): boolean => all.filter((other) => soughtText(other) === text).length === 1;
  const groups = mutants.flatMap((mutant) => {
    const text = soughtText(mutant);
    const named = text !== null && isOwn(text) ? testsNaming(text, [...PARTS, ...BLOCKS], readTest) : [];
    return named.length > 0 ? [{ mutant, tests: named }] : [];
  });
  const originals = new Map(FILES.map((file) => [file, readFileSync(join(sources, file), "utf8")]));
  try {
    for (const [file, source] of originals) {
      const own = groups.filter(({ mutant }) => mutant.file === file).map(({ mutant }) => mutant);
      writeFileSync(join(sources, file), deleteMutants(source, own));
    }
    const files = [...new Set(groups.flatMap((group) => group.tests.map(({ file }) => file)))];
    const titles = [...new Set(groups.flatMap((group) => group.tests.flatMap((test) => test.titles)))];
    if (files.length === 0) return new Map();
    const failures = await failingTests({ files, titles: titlePattern(titles), env });
    return new Map(
      groups.flatMap((group): [Mutant, Verdict][] => {
        const failure = failures.find(({ file, name }) =>
          group.tests.some((test) => test.file === file && new RegExp(titlePattern(test.titles)).test(name)),
        );
        return failure ? [[group.mutant, { type: "killed", by: failure.name, file: failure.file }]] : [];
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
    const named = testsNaming(soughtText(mutant), [...PARTS, ...BLOCKS], readTest);
    for (const { file, titles } of named.slice(0, 3)) {
      const verdict = await run([file], titlePattern(titles));
      if (verdict.type === "killed") return verdict;
    }
    const crate = crateWith(mutant.file);
    if (mutant.kind === "range" && named.length === 0 && (await isUnchanged(crate, env))) return UNCHANGED;
    const likely = tests(...(LIKELY[mutant.file] ?? []));
    for (const file of likely) {
      const verdict = await run([file]);
      if (verdict.type === "killed") return verdict;
    }
    if (await isUnchanged(crate, env)) return UNCHANGED;
    const stages = HINTS.includes(mutant.file) ? [PARTS, BLOCKS, PROVER] : [BLOCKS, PARTS];
    for (const files of stages) {
      const verdict = await run(files.filter((file) => !likely.includes(file)));
      if (verdict.type === "killed") return verdict;
    }
    return { type: "survived" };
  } finally {
    forgetPrograms(env);
  }
}

/** Whether the compiler produces the same circuit without the guard: then every test has already passed. */
async function isUnchanged(name: string, { CAIRN_TEST_NOIR_DIR, CAIRN_CACHE_DIR }: Environment): Promise<boolean> {
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
