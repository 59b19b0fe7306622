import { closingAfter, type Found, type Mutant, maskText, nameMutants, scopeAt } from "./mutant.ts";

/** Modifiers that guard a function in whose header they occur. */
const MODIFIERS = ["locked", "whenActive", "whenFrozen"] as const;

/**
 * Every guard of a Solidity source: an `if` whose body ends in a revert, `require(…)`, calls of functions named
 * `require…`, a bare revert, and each use of a guarding modifier in a function header.
 */
export function findSolidityMutants(file: string, source: string): Mutant[] {
  const masked = maskText(source);
  const guards = guardedReverts(masked);
  const isGuarded = (position: number): boolean => guards.some(({ start, end }) => start <= position && position < end);
  const found: Found[] = [
    ...guards,
    ...statements(masked, /\brevert\b[^;]*;/g, "revert").filter(({ start }) => !isGuarded(start)),
    ...statements(masked, /(?<=[;{}]\s*)(?:\w+\.)*_?require\w*\([^;]*\);/g, "call"),
    ...modifierUses(masked),
  ];
  return nameMutants(file, source, found);
}

function guardedReverts(masked: string): Found[] {
  const found: Found[] = [];
  for (const match of masked.matchAll(/\bif\s*(?=\()/g)) {
    const start = match.index;
    const body = skipSpace(masked, closingAfter(masked, start + match[0].length));
    const end = endOfBody(masked, body);
    if (end === null || /^else\b/.test(masked.slice(skipSpace(masked, end)))) continue;
    found.push({ kind: "revert", start, end, scope: scopeAt(masked, start) });
  }
  return found;
}

/** End of the body of an `if` that always reverts, null for any other body. */
function endOfBody(masked: string, body: number): number | null {
  if (/^revert\b/.test(masked.slice(body))) return masked.indexOf(";", body) + 1;
  if (masked[body] !== "{") return null;
  const end = closingAfter(masked, body);
  const inside = masked.slice(body + 1, end - 1).trim();
  if (!inside.endsWith(";")) return null;
  const last = Math.max(...[";", "{", "}"].map((sign) => inside.slice(0, -1).lastIndexOf(sign)));
  return /^revert\b/.test(inside.slice(last + 1).trim()) ? end : null;
}

function statements(masked: string, pattern: RegExp, kind: Mutant["kind"]): Found[] {
  return [...masked.matchAll(pattern)].map(({ index, 0: text }) => ({
    kind,
    start: index,
    end: index + text.length,
    scope: scopeAt(masked, index),
  }));
}

function modifierUses(masked: string): Found[] {
  const found: Found[] = [];
  for (const head of masked.matchAll(/\bfunction\s+(\w+)[^{;]*\{/g)) {
    for (const name of MODIFIERS) {
      const at = head[0].search(new RegExp(`\\b${name}\\b`));
      if (at < 0) continue;
      const start = head.index + at;
      found.push({ kind: "modifier", start, end: start + name.length, scope: head[1] ?? "" });
    }
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}
