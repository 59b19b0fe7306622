import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../lib/workspace.ts";
import { deleteMutant, type Mutant, mutantName, normalizeSource } from "./mutant.ts";
import type { Target, Verdict } from "./target.ts";

/** A verdict with what it depends on. */
type Entry = { readonly verdict: Verdict; readonly tests: string };

/** Verdicts of earlier runs, by the content that was judged. */
export type Results = {
  /** The verdict, if neither the mutated sources nor the deciding tests have changed since. */
  readonly find: (mutant: Mutant) => Verdict | null;
  readonly save: (mutant: Mutant, verdict: Verdict) => void;
};

/**
 * Results of a target in a file. A kill is valid while the sources, except comments, and the test that killed are
 * are; a survival while all tests do.
 */
export function openResults(target: Target, path: string): Results {
  const entries: Record<string, Entry> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const sources = new Map(target.files.map((file) => [file, readFileSync(join(root, target.sourceDir, file), "utf8")]));
  const allTests = hashFiles(target.testFiles);

  const keyOf = (mutant: Mutant): string => {
    const hash = createHash("sha256").update(mutantName(mutant));
    for (const [file, text] of sources) {
      hash.update(`\0${file}\0${normalizeSource(file === mutant.file ? deleteMutant(text, mutant) : text)}`);
    }
    return hash.digest("hex");
  };
  const testsOf = (verdict: Verdict): string => {
    if (verdict.type === "survived") return allTests;
    return verdict.file === null ? "" : hashFiles([verdict.file]);
  };
  return {
    find(mutant) {
      const entry = entries[keyOf(mutant)];
      return entry !== undefined && entry.tests === testsOf(entry.verdict) ? entry.verdict : null;
    },
    save(mutant, verdict) {
      entries[keyOf(mutant)] = { verdict, tests: testsOf(verdict) };
      const sorted = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
    },
  };
}

function hashFiles(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(root, file);
    hash.update(`\0${file}\0`).update(existsSync(path) ? readFileSync(path) : "");
  }
  return hash.digest("hex");
}
