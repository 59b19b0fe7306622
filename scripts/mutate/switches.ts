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
 * The source with every guard behind its switch, `if (MutationSwitch.isOn(id)) { … }`. `importPath` is the library's
 * path relative to the file.
 */
export function installSwitches(source: string, switches: readonly Switch[], importPath: string): string {
  const masked = maskText(source);
  const insertions: Insertion[] = [
    ...switches.flatMap(({ mutant, id }): Insertion[] =>
      mutant.kind === "modifier"
        ? [{ at: mutant.end, text: `(${id})`, rank: 0 }]
        : wrapped(mutant.start, mutant.end, String(id), 1),
    ),
    ...modifierDefinitions(masked),
  ].sort((a, b) => a.at - b.at || a.rank - b.rank);
  let text = "";
  let at = 0;
  for (const insertion of insertions) {
    text += source.slice(at, insertion.at) + insertion.text;
    at = insertion.at;
  }
  text += source.slice(at);
  return text.replace(/^(pragma solidity [^\n]*\n)/m, `$1import {${LIBRARY}} from "${importPath}";\n`);
}

/** Guarding modifiers get the number of their use as argument, and all that they do is behind its switch. */
function modifierDefinitions(masked: string): Insertion[] {
  const insertions: Insertion[] = [];
  for (const match of masked.matchAll(/\bmodifier\s+\w+\((?=\)\s*\{)/g)) {
    insertions.push({ at: match.index + match[0].length, text: "uint256 use", rank: 0 });
    const open = masked.indexOf("{", match.index);
    for (const [start, end] of statementsIn(masked, open + 1, closingAfter(masked, open) - 1)) {
      if (masked.slice(start, end) !== "_;") insertions.push(...wrapped(start, end, "use", 0));
    }
  }
  return insertions;
}

/** `depth` 0 is outside 1 where both wrap the same statement. */
function wrapped(start: number, end: number, id: string, depth: 0 | 1): Insertion[] {
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
