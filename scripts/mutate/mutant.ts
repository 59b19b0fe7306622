/** One guard of a source file that a run deletes: `[start, end)` of its text. */
export type Mutant = {
  /** Path of the file below the sources of its target. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: "assert" | "range" | "call" | "revert" | "modifier";
  /** What is deleted, in one line; repeated statements of a file carry ` (2)`, ` (3)` … */
  readonly text: string;
  /** The function that holds it. */
  readonly scope: string;
  readonly start: number;
  readonly end: number;
};

/** What a language's finder reports before repetitions are numbered. */
export type Found = Pick<Mutant, "kind" | "start" | "end" | "scope">;

/** Name of a mutant in the list of equivalent mutants and in the results; independent of line numbers. */
export function mutantName({ file, scope, text }: Mutant): string {
  return `${file}: ${scope}: ${text}`;
}

/** The source without the guard. Line breaks stay, so that messages of compilers and tests refer to the same lines. */
export function deleteMutant(source: string, { start, end }: Pick<Mutant, "start" | "end">): string {
  return source.slice(0, start) + source.slice(start, end).replace(/[^\n]/g, "") + source.slice(end);
}

/** The source without any of the guards, which must not overlap. */
export function deleteMutants(source: string, mutants: readonly Pick<Mutant, "start" | "end">[]): string {
  return [...mutants].sort((a, b) => b.start - a.start).reduce(deleteMutant, source);
}

/** Names what a finder found, in the order of the text. */
export function nameMutants(file: string, source: string, found: readonly Found[]): Mutant[] {
  const seen = new Map<string, number>();
  return [...found]
    .sort((a, b) => a.start - b.start)
    .map((one) => {
      const plain = source.slice(one.start, one.end).replace(/\s+/g, " ").trim();
      const count = (seen.get(`${one.scope} ${plain}`) ?? 0) + 1;
      seen.set(`${one.scope} ${plain}`, count);
      const line = source.slice(0, one.start).split("\n").length;
      return { ...one, file, line, text: count === 1 ? plain : `${plain} (${count})` };
    });
}

/** The text with comments and the content of strings blanked out; every other character stays where it is. */
export function maskText(source: string): string {
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"/g, (found) =>
    found.startsWith('"') ? `"${" ".repeat(found.length - 2)}"` : found.replace(/[^\n]/g, " "),
  );
}

/** The text without comments and with single spaces: what the compiler reads. */
export function normalizeSource(source: string): string {
  return source
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"/g, (found) => (found.startsWith('"') ? found : " "))
    .replace(/\s+/g, " ")
    .trim();
}

/** Position after the bracket that closes the one at `open`; the end of the text when there is none. */
export function closingAfter(masked: string, open: number): number {
  const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const opening = masked[open] ?? "";
  const closing = pairs[opening] ?? "";
  let depth = 0;
  for (let i = open; i < masked.length; i++) {
    if (masked[i] === opening) depth++;
    if (masked[i] === closing && --depth === 0) return i + 1;
  }
  return masked.length;
}

/** Name of the last `fn`, `function`, `modifier` or `constructor` that begins before `position`. */
export function scopeAt(masked: string, position: number): string {
  let name = "file";
  for (const match of masked.matchAll(/\b(?:fn|function|modifier)\s+(\w+)|\b(constructor)\b/g)) {
    if (match.index > position) break;
    name = match[1] ?? match[2] ?? name;
  }
  return name;
}
