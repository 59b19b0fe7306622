import type { Mutant } from "./mutant.ts";

/** The tests' verdict on a mutant; `by` names the first test that failed, or the compiler. */
export type Verdict =
  | { readonly type: "killed"; readonly by: string; readonly file: string | null }
  /** `isUnchanged` when what is compiled is the same with and without the guard. */
  | { readonly type: "survived"; readonly isUnchanged?: boolean };

/** What can be mutated: sources, and the tests that should notice. */
export type Target = {
  readonly name: TargetName;
  /** Repository-relative folder of the sources. */
  readonly sourceDir: string;
  /** Paths below `sourceDir` in order. */
  readonly files: readonly string[];
  /** Repository-relative paths of everything whose change may change a verdict on a survivor. */
  readonly testFiles: readonly string[];
  readonly findMutants: (file: string, source: string) => Mutant[];
  /** Creates the copy that is mutated; the working tree is never written to. */
  readonly prepare: () => Promise<Workplace>;
};

export type TargetName = "circuits" | "contracts";

/** Copies of the sources, and the tests that can run against them. */
export type Workplace = {
  /** Runs the tests without the guard, most likely ones first, until one fails. */
  readonly judge: (mutant: Mutant) => Promise<Verdict>;
  /**
   * Judges many at once, where that is sound and cheaper; guards without a verdict must be judged one by one.
   */
  readonly judgeTogether?: (mutants: readonly Mutant[]) => Promise<ReadonlyMap<Mutant, Verdict>>;
  readonly dispose: () => Promise<void>;
};
