import { closingAfter, type Mutant, maskText } from "./mutant.ts";

/** Name of the library that knows which guard is off; no source may use the name otherwise. */
const LIBRARY = "MutationSwitch";

/**
 * The library. The number of the guard that is off comes from `block.prevrandao`, which no contract here reads and
 * which forge takes from its settings, so one compilation serves every mutant. The cast lets pure functions read it
 * too.
 */
export const SWITCH_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library ${LIBRARY} {
    function isOn(uint256 id) internal pure returns (bool) {
        function() internal view returns (uint256) reader = _off;
        function() internal pure returns (uint256) off;
        assembly {
            off := reader
        }
        return off() != id;
    }

    function _off() private view returns (uint256) {
        return block.prevrandao;
    }
}
`;

/** A guard with the number that switches it off; never 0. */
export type Switch = { readonly mutant: Mutant; readonly id: number };

type Insertion = { readonly at: number; readonly text: string; readonly rank: number };

/** Whether a guard can be switched: a bare revert often ends a function that must return. */
export function isSwitchable({ kind, text }: Mutant): boolean {
  return kind !== "revert" || text.startsWith("if");
}

/**
 * The source with every guard behind its switch, `if (MutationSwitch.isOn(id)) { … }`. A modifier is written once more
 * for each of its uses, which may be in other files: `uses` has the modifier switches of all of them. (An argument of
 * the modifier instead would take a place of the stack in each function, which the rollup's have not.) `importPath` is
 * the library's path relative to the file.
 */
export function installSwitches(
  source: string,
  switches: readonly Switch[],
  importPath: string,
  uses: readonly Switch[],
): string {
  const guards = switches.flatMap(({ mutant, id }): Insertion[] =>
    mutant.kind === "modifier"
      ? [{ at: mutant.end, text: `_${id}`, rank: 0 }]
      : wrapped(mutant.start, mutant.end, id, 1),
  );
  const text = inserted(source, [...guards, ...modifierCopies(source, guards, uses)]);
  return text.replace(/^(pragma solidity [^\n]*\n)/m, `$1import {${LIBRARY}} from "${importPath}";\n`);
}

/** Behind each modifier, a copy for each of its uses, in which all that it does is behind the use's switch. */
function modifierCopies(source: string, guards: readonly Insertion[], uses: readonly Switch[]): Insertion[] {
  const masked = maskText(source);
  return [...masked.matchAll(/\bmodifier\s+(\w+)\(\)\s*(?=\{)/g)].flatMap((match) => {
    const start = match.index;
    const open = start + match[0].length;
    const end = closingAfter(masked, open);
    const statements = statementsIn(masked, open + 1, end - 1).filter(([from, to]) => masked.slice(from, to) !== "_;");
    const name = match[1] ?? "";
    const copies = uses
      .filter(({ mutant }) => modifierOf(mutant) === name)
      .map(({ id }) => {
        const insertions = [
          { at: start + match[0].indexOf(name) + name.length, text: `_${id}`, rank: 0 },
          ...guards.filter(({ at }) => at > start && at < end),
          ...statements.flatMap(([from, to]) => wrapped(from, to, id, 0)),
        ];
        return inserted(source.slice(0, end), insertions).slice(start);
      });
    return [{ at: end, text: copies.map((copy) => `\n\n    ${copy}`).join(""), rank: 0 }];
  });
}

/** The modifier that a guard uses; null for other guards. */
function modifierOf({ kind, text }: Mutant): string | null {
  return kind === "modifier" ? text.replace(/ \(\d+\)$/, "") : null;
}

function inserted(source: string, insertions: readonly Insertion[]): string {
  let text = "";
  let at = 0;
  for (const insertion of [...insertions].sort((a, b) => a.at - b.at || a.rank - b.rank)) {
    text += source.slice(at, insertion.at) + insertion.text;
    at = insertion.at;
  }
  return text + source.slice(at);
}

/** `depth` 0 is outside 1 where both wrap the same statement. */
function wrapped(start: number, end: number, id: number, depth: 0 | 1): Insertion[] {
  return [
    { at: start, text: `if (${LIBRARY}.isOn(${id})) { `, rank: depth },
    { at: end, text: " }", rank: 1 - depth },
  ];
}

function statementsIn(masked: string, from: number, to: number): [start: number, end: number][] {
  const found: [number, number][] = [];
  let depth = 0;
  let start: number | null = null;
  for (let i = from; i < to; i++) {
    const character = masked[i] ?? "";
    if (start === null && !/\s/.test(character)) start = i;
    if ("({".includes(character)) depth++;
    if (")}".includes(character)) depth--;
    if (depth > 0 || start === null || !";}".includes(character)) continue;
    found.push([start, i + 1]);
    start = null;
  }
  return found;
}
