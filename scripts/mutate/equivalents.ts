import { type Mutant, mutantName } from "./mutant.ts";
import type { TargetName, Verdict } from "./target.ts";

/** A guard whose deletion no test can notice, or no test here, and the reason. */
export type Equivalent = { readonly mutant: string; readonly reason: string };

export type EquivalentLists = Readonly<Record<TargetName, readonly Equivalent[]>>;

/** A mutant with its verdict; null when this run did not reach it. */
export type Judged = { readonly mutant: Mutant; readonly verdict: Verdict | null };

/** How a run compares with the list. */
export type Comparison = {
  /** Survivors that the list explains. */
  readonly explained: readonly { readonly mutant: Mutant; readonly reason: string }[];
  /** Survivors without a reason. */
  readonly unexplained: readonly Mutant[];
  /** Entries of the list that are no longer right, and why. */
  readonly stale: readonly { readonly entry: string; readonly problem: string }[];
};

const UNCHANGED =
  "The compiled circuit of 16 slots is the same without it: the compiler sees that the rest implies it.";

/** Compares verdicts with the list: what survived needs an entry, unless nothing was compiled
 * otherwise, and every entry needs a survivor. */
export function compareWithList(judged: readonly Judged[], list: readonly Equivalent[]): Comparison {
  const reasons = new Map(list.map(({ mutant, reason }) => [mutant, reason]));
  const byName = new Map(judged.map((one) => [mutantName(one.mutant), one]));
  const survivors = judged.filter(({ verdict }) => verdict?.type === "survived").map(({ mutant }) => mutant);
  const unchanged = new Set(
    judged.flatMap(({ mutant, verdict }) => (verdict?.type === "survived" && verdict.isUnchanged ? [mutant] : [])),
  );
  const stale = [...reasons.keys()].flatMap((entry) => {
    const found = byName.get(entry);
    if (found === undefined) return [{ entry, problem: "there is no such guard" }];
    const { verdict } = found;
    return verdict?.type === "killed" ? [{ entry, problem: `killed by ${verdict.by}` }] : [];
  });
  return {
    explained: survivors.flatMap((mutant) => {
      const reason = reasons.get(mutantName(mutant)) ?? (unchanged.has(mutant) ? UNCHANGED : undefined);
      return reason === undefined ? [] : [{ mutant, reason }];
    }),
    unexplained: survivors.filter((mutant) => !reasons.has(mutantName(mutant)) && !unchanged.has(mutant)),
    stale,
  };
}
