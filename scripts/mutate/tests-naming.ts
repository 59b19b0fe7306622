/** Tests of one file, by title. */
export type NamedTests = { readonly file: string; readonly titles: readonly string[] };

const TITLE = /^\s*it(?:\.each\([^\n]*\))?\(\s*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`)/;

/**
 * The tests whose text contains `sought`, itself or through a constant of the file; files with few such tests
 * first, because these are about it.
 */
export function testsNaming(
  sought: string | null,
  files: readonly string[],
  read: (file: string) => string,
): NamedTests[] {
  if (sought === null) return [];
  return files
    .map((file) => ({ file, titles: titlesNaming(sought, read(file)) }))
    .filter(({ titles }) => titles.length > 0)
    .sort((a, b) => a.titles.length - b.titles.length);
}

/**
 * A pattern for vitest's `-t` that matches the titles; a title with inserted values by what stands before the first.
 */
export function titlePattern(titles: readonly string[]): string {
  return titles.map((title) => (title.split(/\$|%/)[0] ?? "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&").trim()).join("|");
}

function titlesNaming(sought: string, source: string): string[] {
  const constants = [...source.matchAll(/^const (\w+) = ["`]([^\n]*)["`];$/gm)]
    .filter(([, , value]) => value !== undefined && value !== "" && sought.includes(value))
    .map(([, name]) => name ?? "");
  const titles: string[] = [];
  let title: string | null = null;
  for (const line of source.split("\n")) {
    const match = TITLE.exec(line);
    if (match) title = match[1] ?? match[2] ?? match[3] ?? null;
    const isNamed = line.includes(sought) || constants.some((name) => new RegExp(`\\b${name}\\b`).test(line));
    if (isNamed && title !== null && !titles.includes(title)) titles.push(title);
  }
  return titles;
}
