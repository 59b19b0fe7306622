import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of the pages, one for each code. */
const PAGES = join(import.meta.dirname, "../../../../docs/errors");
/** How many codes are named when none fits. */
const SHOWN = 5;
/** Share of changed letters up to which a code counts as meant. */
const ALIKE = 0.4;

/** What a user's text may mean. */
export type FoundCode =
  | { readonly type: "found"; readonly code: string }
  /** Several codes have this name. */
  | { readonly type: "ambiguous"; readonly candidates: readonly string[] }
  /** No code has it; these are close. */
  | { readonly type: "unknown"; readonly candidates: readonly string[] };

/** Every code that has a page, in order; none where the command was installed without its documents. */
export function explainedCodes(folder: string = PAGES): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file.replace(/\.md$/, "")}`))
    .sort();
}

/** The page of a code of {@link explainedCodes}, as Markdown. */
export function readErrorPage(code: string): string {
  return readFileSync(join(PAGES, `${code}.md`), "utf8");
}

/**
 * The code that a text names: in full, or by its name alone where only one code has it.
 *
 * @example findCode("timeout", explainedCodes()) // { type: "found", code: "sdk/timeout" }
 */
export function findCode(text: string, codes: readonly string[]): FoundCode {
  const wanted = text.trim().toLowerCase();
  const exact = codes.find((code) => code.toLowerCase() === wanted);
  if (exact !== undefined) return { type: "found", code: exact };
  const named = codes.filter((code) => nameOf(code) === wanted);
  const [only] = named;
  if (only !== undefined && named.length === 1) return { type: "found", code: only };
  if (named.length > 0) return { type: "ambiguous", candidates: named };
  return { type: "unknown", candidates: closeTo(wanted, codes) };
}

function nameOf(code: string): string {
  return code.slice(code.indexOf("/") + 1).toLowerCase();
}

/** Codes that differ in few letters, as a whole or in their names, or whose names hold the text. */
function closeTo(wanted: string, codes: readonly string[]): string[] {
  const name = wanted.slice(wanted.indexOf("/") + 1);
  return codes
    .map((code) => ({ code, difference: Math.min(difference(wanted, code.toLowerCase()), nameDifference(name, code)) }))
    .filter((one) => one.difference <= ALIKE)
    .sort((a, b) => a.difference - b.difference)
    .slice(0, SHOWN)
    .map(({ code }) => code);
}

function nameDifference(name: string, code: string): number {
  const other = nameOf(code);
  return name !== "" && other.includes(name) ? ALIKE / 2 : difference(name, other);
}

/** Letters to change, insert or remove, as a share of the longer text. */
function difference(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 0) / Math.max(a.length, b.length, 1);
}
