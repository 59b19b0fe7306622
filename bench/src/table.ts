import { wrapParagraph } from "./wrap.ts";

/** A table as data; the first column holds names, the others figures. */
export interface Table {
  readonly title: string;
  /** What the figures mean and how they came about. */
  readonly notes: readonly string[];
  readonly columns: readonly string[];
  /** Each has as many cells as there are columns. */
  readonly rows: readonly (readonly string[])[];
}

/** The table for a terminal: the first column and those in `leftColumns` are aligned left, the others right. */
export function tableToText(table: Table): string {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const isText = textColumns(table);
  const show = (line: readonly string[]): string =>
    widths
      .map((width, column) =>
        isText[column] ? (line[column] ?? "").padEnd(width) : (line[column] ?? "").padStart(width),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [
    table.title,
    ...table.notes.map((note) => `  ${note}`),
    "",
    show(table.columns),
    rule,
    ...table.rows.map(show),
  ]
    .join("\n")
    .concat("\n");
}

/** The table as a section of Markdown. */
export function tableToMarkdown(table: Table): string {
  const isText = textColumns(table);
  const show = (line: readonly string[]): string =>
    `| ${table.columns.map((_, column) => (line[column] ?? "").replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `|${isText.map((text) => (text ? "---" : "---:")).join("|")}|`;
  return [
    `## ${table.title}`,
    "",
    ...table.notes.flatMap((note) => [wrapParagraph(note), ""]),
    show(table.columns),
    rule,
    ...table.rows.map(show),
  ]
    .join("\n")
    .concat("\n");
}

/** Columns with a cell that is neither empty nor a figure. */
function textColumns({ columns, rows }: Table): readonly boolean[] {
  return columns.map((_, column) => column === 0 || rows.some((row) => !/^(?:|[–~]|[~\d].*)$/.test(row[column] ?? "")));
}

/** 1234567 as 1,234,567; rounded to an integer. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A figure with the given number of digits after the point, thousands separated. */
export function formatDecimal(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Bytes in units of 2^20. */
export function formatMebibytes(bytes: number): string {
  return `${formatInteger(bytes / 2 ** 20)} MiB`;
}
