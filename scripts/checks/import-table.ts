import type { Problem } from "./repository.ts";

/**
 * One row of the table: what a package's code may import, what its tests may import as well, which exports are pure, and
 * which run in browsers.
 */
export type ImportRule = {
  readonly name: string;
  readonly imports: readonly string[];
  readonly testImports: readonly string[];
  readonly pure: boolean;
  readonly impureSubpaths: readonly string[];
  readonly browser: boolean;
  readonly nodeSubpaths: readonly string[];
};

const BEGIN = "<!-- imports:begin -->";
const END = "<!-- imports:end -->";
const HEADER_ROWS = 2;
/** Of all exports, of none, or of all but some. */
const PROPERTY = /^(?:no|yes(?:, except (?:`\.\/[\w-]+`(?:, )?)+)?)$/;

/** Reads the table between the two markers; a row may only import rows above it. */
export function parseImportTable(file: string, text: string): { rules: ImportRule[]; problems: Problem[] } {
  const lines = text.split("\n");
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END);
  if (begin < 0 || end < begin) {
    return { rules: [], problems: [{ file, line: 0, message: `no table between ${BEGIN} and ${END}` }] };
  }
  const rules: ImportRule[] = [];
  const problems: Problem[] = [];
  const rows = lines.map((row, index) => ({ row, line: index + 1 })).slice(begin + 1, end);
  for (const { row, line } of rows.filter(({ row }) => row.startsWith("|")).slice(HEADER_ROWS)) {
    const cells = row.split("|").map((cell) => cell.trim());
    const [, name = "", imports = "", pure = "", browser = "", testImports = ""] = cells;
    const rule: ImportRule = {
      name: quoted(name)[0] ?? "",
      imports: quoted(imports),
      testImports: quoted(testImports),
      pure: pure.startsWith("yes"),
      impureSubpaths: quoted(pure),
      browser: browser.startsWith("yes"),
      nodeSubpaths: quoted(browser),
    };
    const above = new Set(rules.map((earlier) => earlier.name));
    const upward = rule.imports.filter((imported) => !above.has(imported));
    if (upward.length > 0)
      problems.push({ file, line, message: `${rule.name} may not import ${upward}: not above it` });
    if (rule.name === "" || !PROPERTY.test(pure) || !PROPERTY.test(browser))
      problems.push({ file, line, message: `unreadable row: ${row}` });
    rules.push(rule);
  }
  return { rules, problems };
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
}
