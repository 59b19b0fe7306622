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
import type { Target, TargetName, Verdict } from "./target.ts";
import { testsNaming, titlePattern } from "./tests-naming.ts";
import { failingTests, runVitestFiles } from "./vitest-run.ts";

const PACKAGE = "packages/circuits";
const NOIR = `${PACKAGE}/noir`;

const under = (pattern: string): string[] => globSync(`${PACKAGE}/test/${pattern}`, { cwd: root }).sort();
const tests2 = (...names: string[]): string[] => names.map((name) => `${PACKAGE}/test/2/${name}.test.ts`);

const UNCHANGED: Verdict = { type: "survived", isUnchanged: true };

/** Circuits of one protocol, and the tests that judge them. */
type Circuits = {
  readonly name: TargetName;
  /** Folder below `noir`. */
  readonly folder: string;
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Tests, seconds first, then minutes: parts, then attacks on the block of 16 slots, then real proofs. */
  readonly parts: readonly string[];
  readonly blocks: readonly string[];
  readonly prover: readonly string[];
  /** Files with unconstrained functions or that rely on the backend's own checks: real proofs judge these too. */
  readonly hints: readonly string[];
  /** Tests to run first for guards whose message occurs in no test. */
  readonly likely: Readonly<Record<string, readonly string[]>>;
  /** Crates that contain everything of a file, as small as they come. */
  readonly compiled: (file: string) => string;
};

const LIKELY: Circuits["likely"] = {
  "bytes.nr": ["gadgets/hashing", "attacks/hints"],
  "fees.nr": ["attacks/index-bytes", "attacks/fees"],
  "index.nr": ["attacks/index-bytes"],
  "links.nr": ["attacks/links"],
  "schnorr.nr": ["gadgets/routing", "vectors", "attacks/signature"],
  "slot.nr": ["attacks/index-bytes", "attacks/kind", "attacks/leaf", "attacks/signature"],
  "block.nr": ["attacks/data", "attacks/kind", "attacks/signature", "attacks/fees"],
  "witness.nr": ["attacks/hints"],
};

type Environment = { readonly CAIRN_TEST_NOIR_DIR: string; readonly CAIRN_CACHE_DIR: string };

const sourcesIn = (folder: string, pattern: string): string[] =>
  globSync(pattern, { cwd: join(root, NOIR, folder) })
    .filter((file) => basename(file) !== "constants.nr")
    .sort();

/** What a slot does. */
export const circuitsTarget: Target = createTarget({
  name: "circuits",
  folder: "block/src",
  files: sourcesIn("block/src", "*.nr"),
  parts: [...under("gadgets/*.test.ts"), `${PACKAGE}/test/vectors.test.ts`],
  blocks: [...under("attacks/*.test.ts"), `${PACKAGE}/test/any-queue.test.ts`],
  prover: under("*.prover.test.ts"),
  hints: ["bytes.nr", "schnorr.nr", "witness.nr"],
  likely: LIKELY,
  compiled: () => "2/block16",
});

/** What protocol 2 has of its own; lists of keys are other sources' business and its tests not among these. */
export const circuits2Target: Target = createTarget({
  name: "circuits2",
  folder: "2",
  files: sourcesIn("2", "{rollup,aggregation}/src/*.nr"),
  parts: tests2("gadgets", "evaluation", "binding", "merge"),
  blocks: [...tests2("block", "block-attacks", "hints"), ...under("attacks/*.test.ts")],
  prover: tests2("solo16.prover"),
  hints: [],
  likely: {
    "aggregation/src/children.nr": ["2/merge"],
    "aggregation/src/lists.nr": ["2/binding"],
    "rollup/src/binding.nr": ["2/evaluation"],
    "rollup/src/block.nr": ["2/block", "2/block-attacks"],
    "rollup/src/extras.nr": ["2/gadgets", "2/hints"],
    "rollup/src/l1.nr": ["2/gadgets", "2/block-attacks"],
    "rollup/src/links.nr": ["2/gadgets"],
    "rollup/src/message.nr": ["2/gadgets", "2/block-attacks"],
    "rollup/src/payouts.nr": ["2/block-attacks"],
    "rollup/src/residues.nr": ["2/evaluation"],
    "rollup/src/solo.nr": ["2/block"],
  },
  compiled: (file) => {
    const [part = ""] = /(?<=\/)(children|links|lists)(?=\.nr$)/.exec(file) ?? [];
    return part === "" ? "2/solo16" : `2/gadgets/${part}`;
  },
});

/**
 * A mutant is a copy of the Noir sources, passed to the tests as `CAIRN_TEST_NOIR_DIR`, with a cache of its own; key and
 * verifier of a mutated circuit are made when a prover test asks for them.
 */
function createTarget(circuits: Circuits): Target {
  const { name, folder, files, parts, blocks, prover } = circuits;
  return {
    name,
    sourceDir: `${NOIR}/${folder}`,
    files,
    testFiles: [...parts, ...blocks, ...prover, ...under("support/*.ts")],
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
          const path = join(noirDir, folder, mutant.file);
          const source = readFileSync(path, "utf8");
          writeFileSync(path, deleteMutant(source, mutant));
          try {
            return await judge(circuits, mutant, env);
          } finally {
            writeFileSync(path, source);
          }
        },
        judgeTogether: (mutants) => judgeTogether(circuits, mutants, join(noirDir, folder), env),
        dispose: async () => rmSync(place, { recursive: true, force: true }),
      };
    },
  };
}

/**
 * Deletes the guards that have their own refusal message, all at once, and runs the tests that expect one of these
 * messages. Such a test cannot pass without its guard, whatever else is present or missing: nothing else refuses with
 * that message. So each failure is the verdict on the guard whose message the test expects.
 */
async function judgeTogether(
  { files: sourceFiles, parts, blocks }: Circuits,
  mutants: readonly Mutant[],
  sources: string,
  env: Environment,
): Promise<ReadonlyMap<Mutant, Verdict>> {
  const all = sourceFiles.flatMap((file) => findNoirMutants(file, readFileSync(join(sources, file), "utf8")));
  const isOwn = (text: string): boolean => all.filter((other) => soughtText(other) === text).length === 1;
  const groups = mutants.flatMap((mutant) => {
    const text = soughtText(mutant);
    const tests = text !== null && isOwn(text) ? testsNaming(text, [...parts, ...blocks], readTest) : [];
    return tests.length > 0 ? [{ mutant, tests }] : [];
  });
  const originals = new Map(sourceFiles.map((file) => [file, readFileSync(join(sources, file), "utf8")]));
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

async function judge(circuits: Circuits, mutant: Mutant, env: Environment): Promise<Verdict> {
  const { parts, blocks, prover, hints, likely: likelyTests, compiled } = circuits;
  const run = (files: readonly string[], titles?: string): Promise<Verdict> => runVitestFiles({ files, titles, env });
  try {
    const named = testsNaming(soughtText(mutant), [...parts, ...blocks], readTest);
    for (const { file, titles } of named.slice(0, 3)) {
      const verdict = await run([file], titlePattern(titles));
      if (verdict.type === "killed") return verdict;
    }
    if (mutant.kind === "range" && named.length === 0 && (await isUnchanged(compiled(mutant.file), env)))
      return UNCHANGED;
    const likely = (likelyTests[mutant.file] ?? []).map((name) => `${PACKAGE}/test/${name}.test.ts`);
    for (const file of likely) {
      const verdict = existsSync(join(root, file)) ? await run([file]) : ({ type: "survived" } as const);
      if (verdict.type === "killed") return verdict;
    }
    if (await isUnchanged(compiled(mutant.file), env)) return UNCHANGED;
    const stages = hints.includes(mutant.file) ? [parts, blocks, prover] : [blocks, parts];
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
