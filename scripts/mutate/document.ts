import type { Comparison, Judged } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import type { TargetName } from "./target.ts";

/** A target's finished run. */
export type Section = {
  readonly name: TargetName;
  readonly sourceDir: string;
  readonly judged: readonly Judged[];
  readonly comparison: Comparison;
};

const KINDS: Readonly<Record<Mutant["kind"], string>> = {
  assert: "assertions",
  range: "range checks",
  call: "calls of checks and updates",
  revert: "reverts",
  modifier: "uses of modifiers",
};

const TITLES: Readonly<Record<TargetName, string>> = {
  circuits: "Circuits",
  contracts: "Contracts",
};

const WIDTH = 120;

/** The text of docs/mutation.md. */
export function mutationDocument(sections: readonly Section[]): string {
  return `${[
    "# What deleting a guard does",
    wrap(
      "Written by `npm run mutate -- circuits|contracts --write-docs`. The run deletes one guard after the other in a copy " +
        "of the sources and checks whether a test fails: each assertion, range check and checking call of the circuits, each " +
        "revert, checking call and guarding modifier of the contracts. A guard whose deletion no test notices needs a reason " +
        "in `scripts/mutate/equivalent.json`; a reason for a guard that no longer exists or that a test does notice is an error.",
    ),
    wrap(
      "Guards of the circuit whose refusal has its own message are deleted together: the test that expects this message " +
        "cannot pass without its guard, whatever else is missing. All others are deleted one by one. Contracts are compiled " +
        "once, with every guard behind a switch; the tests must pass with all of them on.",
    ),
    ...sections.flatMap(sectionLines),
  ].join("\n\n")}\n`;
}

function sectionLines({ name, sourceDir, judged, comparison }: Section): string[] {
  const killed = judged.filter(({ verdict }) => verdict?.type === "killed");
  const untried = judged.filter(({ verdict }) => verdict === null);
  const kinds = (Object.keys(KINDS) as Mutant["kind"][]).filter((kind) =>
    judged.some(({ mutant }) => mutant.kind === kind),
  );
  const row = (label: string, isCounted: (one: Judged) => boolean): string => {
    const all = judged.filter(isCounted);
    const dead = killed.filter(isCounted);
    const open = untried.filter(isCounted);
    return `| ${label} | ${all.length} | ${dead.length} | ${all.length - dead.length - open.length} | ${open.length} |`;
  };
  const table = [
    "| Guards | all | noticed | not noticed | not tried |",
    "|---|---|---|---|---|",
    ...kinds.map((kind) => row(KINDS[kind], ({ mutant }) => mutant.kind === kind)),
    row("all", () => true),
  ];
  const heading = `## ${TITLES[name]} (\`${sourceDir}\`)`;
  const { explained, unexplained } = comparison;
  const reasons = [
    ...explained.map(({ mutant, reason }) => item(mutant, reason)),
    ...unexplained.map((mutant) => item(mutant, "**No reason is known.**")),
  ];
  const caveat = untried.length === 0 ? [] : [`The run is not complete: ${untried.length} guards were not tried.`];
  return [
    heading,
    table.join("\n"),
    ...caveat,
    ...(reasons.length > 0 ? ["Not noticed, and why:", reasons.join("\n")] : []),
  ];
}

function item({ file, scope, text }: Mutant, reason: string): string {
  return `- \`${file}\`, \`${scope}\`: \`${text}\`\n${wrap(reason, "  ")}`;
}

function wrap(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line !== indent && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
