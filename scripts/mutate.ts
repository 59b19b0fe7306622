/**
 * Deletes one guard after the other in a copy of the sources and reports those whose deletion no test notices.
 * Usage: npm run mutate -- circuits|contracts [--only FILE] [--from N] [--count N] [--list] [--write-docs]
 *   --only FILE       guards of this file only (repeatable)
 *   --from N          begin with guard N of the list, counted from 1
 *   --count N         stop after N guards
 *   --list            print the guards and what is known about them, run nothing
 *   --write-docs      write docs/mutation.md from the results of all targets; it lists what was not tried
 * Results are kept in scripts/mutate/results by content, so an interrupted run continues where it stopped, and after a
 * change only what the change touches is tried again.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./lib/workspace.ts";
import { circuitsTarget } from "./mutate/circuits.ts";
import { contractsTarget } from "./mutate/contracts.ts";
import { mutationDocument, type Section } from "./mutate/document.ts";
import { compareWithList, type EquivalentLists, type Judged } from "./mutate/equivalents.ts";
import { type Mutant, mutantName } from "./mutate/mutant.ts";
import { openResults } from "./mutate/results.ts";
import type { Target, TargetName, Verdict } from "./mutate/target.ts";

const EQUIVALENT_PATH = join(root, "scripts/mutate/equivalent.json");
const DOCUMENT_PATH = join(root, "docs/mutation.md");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    from: { type: "string", default: "1" },
    list: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
    count: { type: "string", default: "Infinity" },
  },
});

const TARGETS: Readonly<Record<TargetName, Target>> = {
  circuits: circuitsTarget,
  contracts: contractsTarget,
};
const equivalents = JSON.parse(readFileSync(EQUIVALENT_PATH, "utf8")) as EquivalentLists;

const names = positionals.filter((name): name is TargetName => Object.hasOwn(TARGETS, name));
if (names.length !== positionals.length || (names.length === 0 && !values["write-docs"])) {
  console.error(
    "usage: npm run mutate -- circuits|contracts [--only FILE] [--from N] [--count N] [--list] [--write-docs]",
  );
  process.exitCode = 2;
} else {
  let isClean = true;
  for (const name of names) isClean = (await run(TARGETS[name])) && isClean;
  if (values["write-docs"]) isClean = writeDocument() && isClean;
  process.exitCode = isClean ? 0 : 1;
}

/** Judges the requested guards; false when a survivor has no reason or an entry of the list is wrong. */
async function run(target: Target): Promise<boolean> {
  const results = openResults(target, resultsPath(target.name));
  const mutants = findMutants(target);
  const isChosen = (mutant: Mutant, i: number): boolean =>
    i + 1 >= Number(values.from) && (values.only.length === 0 || values.only.includes(mutant.file));
  const waiting = mutants
    .filter((mutant, i) => isChosen(mutant, i) && results.find(mutant) === null)
    .slice(0, Number(values.count));
  console.log(`${target.name}: ${mutants.length} guards, ${waiting.length} to try`);
  if (!values.list && waiting.length > 0) {
    const place = await target.prepare();
    try {
      const together = (await place.judgeTogether?.(waiting)) ?? new Map<Mutant, Verdict>();
      for (const [mutant, verdict] of together) results.save(mutant, verdict);
      if (together.size > 0) console.log(`${together.size} of them killed together`);
      const alone = waiting.filter((mutant) => !together.has(mutant));
      for (const [i, mutant] of alone.entries()) {
        const startMs = performance.now();
        const verdict = await place.judge(mutant);
        results.save(mutant, verdict);
        const answer = verdict.type === "killed" ? `killed by ${verdict.by}` : "SURVIVED";
        const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
        console.log(`[${i + 1}/${alone.length}] ${mutantName(mutant)}\n    ${answer} (${seconds} s)`);
      }
    } finally {
      await place.dispose();
    }
  }
  const judged = mutants.map((mutant) => ({ mutant, verdict: results.find(mutant) }));
  if (values.list) printList(judged);
  return printSummary(target, judged);
}

function findMutants(target: Target): Mutant[] {
  return target.files.flatMap((file) =>
    target.findMutants(file, readFileSync(join(root, target.sourceDir, file), "utf8")),
  );
}

function resultsPath(name: TargetName): string {
  return join(root, "scripts/mutate/results", `${name}.json`);
}

function printList(judged: readonly Judged[]): void {
  for (const [i, { mutant, verdict }] of judged.entries()) {
    console.log(`${i + 1} ${mutantName(mutant)}: ${verdict?.type === "killed" ? verdict.by : (verdict?.type ?? "?")}`);
  }
}

function printSummary({ name }: Target, judged: readonly Judged[]): boolean {
  const { explained, unexplained, stale } = compareWithList(judged, equivalents[name]);
  const killed = judged.filter(({ verdict }) => verdict?.type === "killed").length;
  const unknown = judged.filter(({ verdict }) => verdict === null).length;
  for (const mutant of unexplained)
    console.log(`✗ survives without a reason: ${mutantName(mutant)} (line ${mutant.line})`);
  for (const { entry, problem } of stale) console.log(`✗ the list of equivalent guards is wrong: ${entry}: ${problem}`);
  console.log(
    `${name}: ${judged.length} guards, ${killed} killed, ${explained.length} survive with a reason, ` +
      `${unexplained.length} without, ${unknown} not tried, ${stale.length} wrong entries in the list`,
  );
  return unexplained.length === 0 && stale.length === 0;
}

function writeDocument(): boolean {
  const sections = (Object.keys(TARGETS) as TargetName[]).map((name): Section => {
    const target = TARGETS[name];
    const results = openResults(target, resultsPath(name));
    const judged = findMutants(target).map((mutant) => ({ mutant, verdict: results.find(mutant) }));
    return { name, sourceDir: target.sourceDir, judged, comparison: compareWithList(judged, equivalents[name]) };
  });
  writeFileSync(DOCUMENT_PATH, mutationDocument(sections));
  const untried = sections.flatMap(({ judged }) => judged.filter(({ verdict }) => verdict === null)).length;
  console.log(`docs/mutation.md written, ${untried} guards not tried`);
  return untried === 0;
}
