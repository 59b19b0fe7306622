/// <reference path="../papaparse.d.ts" />
import papaparse from "papaparse";
import { MAX_PROBLEMS, type PayoutProblem, shown } from "./problems.ts";

/** Columns of a list; the first three are needed. */
export const COLUMNS = ["id", "payee", "amount", "token", "reference", "key"] as const;
const NEEDED = 3;
/** What may separate columns. */
const DELIMITERS = [",", ";", "\t"] as const;
const HEADER_ROWS = 1;

/** A column of a list. */
export type Column = (typeof COLUMNS)[number];

/** A line as text, before anything in it is checked; columns that it does not have are empty. */
export type RawLine = { readonly at: number } & { readonly [Name in Column]: string };

/** Lines, and what keeps others from being read. */
export interface ReadRows {
  readonly lines: readonly RawLine[];
  readonly problems: readonly PayoutProblem[];
}

/**
 * The lines of a CSV as RFC 4180 has it, with a header; also with a byte-order mark, semicolons or tabs, and any line
 * ends. Cells lose the spaces around them; empty rows are left out, those at the end and those that spreadsheets leave.
 */
export function readCsv(text: string, maxLines: number): ReadRows {
  const unified = text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  const body = unified.includes("\n") ? unified : unified.replaceAll("\r", "\n");
  const delimiter = delimiterOf(body.slice(0, body.indexOf("\n") >>> 0));
  if (delimiter === null) return onlyProblem(`the first line must name the columns: ${COLUMNS.join(",")}`);
  const { data, errors } = papaparse.parse(body, { delimiter, newline: "\n", preview: maxLines + HEADER_ROWS + 1 });
  const [header = [], ...rows] = data.map((row) => row.map((cell) => cell.trim()));
  const columns = header.map((name) => name.toLowerCase());
  const wrong = headerProblem(columns);
  if (wrong !== null) return onlyProblem(wrong);
  const problems: PayoutProblem[] = errors.slice(0, MAX_PROBLEMS).map(({ message, row }) => ({
    code: "bad-line",
    at: row === undefined ? null : row + 1,
    id: null,
    message: `malformed CSV: ${message}`,
  }));
  const lines: RawLine[] = [];
  for (const [i, row] of rows.entries()) {
    const at = i + HEADER_ROWS + 1;
    if (row.every((cell) => cell === "")) continue;
    if (problems.length >= MAX_PROBLEMS) break;
    if (row.length !== columns.length) {
      const message = `has ${row.length} columns, but the first line ${columns.length}`;
      problems.push({ code: "bad-line", at, id: null, message });
    } else lines.push(lineOf(at, Object.fromEntries(columns.map((name, column) => [name, row[column] ?? ""]))));
  }
  return { lines, problems };
}

/** The lines of JSON: a list of objects with the columns as properties, all of them texts. */
export function readJson(text: string, maxLines: number): ReadRows {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return onlyProblem("this is no JSON");
  }
  if (!Array.isArray(json)) return onlyProblem("the JSON is not a list of payments");
  const lines: RawLine[] = [];
  const problems: PayoutProblem[] = [];
  for (const [i, payment] of json.slice(0, maxLines + 1).entries()) {
    if (problems.length >= MAX_PROBLEMS) break;
    const wrong = paymentProblem(payment);
    if (wrong === null) lines.push(lineOf(i + 1, payment as Readonly<Record<string, string>>));
    else problems.push({ code: "bad-line", at: i + 1, id: null, message: wrong });
  }
  return { lines, problems };
}

function paymentProblem(payment: unknown): string | null {
  if (typeof payment !== "object" || payment === null || Array.isArray(payment)) return "is not an object";
  const entries = Object.entries(payment);
  const other = entries.find(([name]) => !isColumn(name));
  if (other !== undefined) return `has a property ${shown(other[0])}, which no payment has`;
  const number = entries.find(([, value]) => typeof value !== "string");
  if (number !== undefined) return `${number[0]} is not a text: numbers in JSON would be rounded`;
  const missing = COLUMNS.slice(0, NEEDED).find((name) => !Object.hasOwn(payment, name));
  return missing === undefined ? null : `has no ${missing}`;
}

function lineOf(at: number, cells: Readonly<Record<string, string>>): RawLine {
  const cell = (name: Column) => (Object.hasOwn(cells, name) ? (cells[name] ?? "").trim() : "");
  return {
    at,
    id: cell("id"),
    payee: cell("payee"),
    amount: cell("amount"),
    token: cell("token"),
    reference: cell("reference"),
    key: cell("key"),
  };
}

/** The separator with which the first line names most columns; null when it names none. */
function delimiterOf(header: string): string | null {
  const known = (delimiter: string) =>
    header.split(delimiter).filter((name) => isColumn(name.trim().replaceAll('"', "").toLowerCase())).length;
  const [best = ","] = [...DELIMITERS].sort((a, b) => known(b) - known(a));
  return known(best) === 0 ? null : best;
}

function headerProblem(columns: readonly string[]): string | null {
  const unknown = columns.find((name) => !isColumn(name));
  if (unknown !== undefined) return `there is no column ${shown(unknown)}; columns are ${COLUMNS.join(", ")}`;
  const repeated = columns.find((name, i) => columns.indexOf(name) !== i);
  if (repeated !== undefined) return `the column ${repeated} is there twice`;
  const missing = COLUMNS.slice(0, NEEDED).find((name) => !columns.includes(name));
  return missing === undefined ? null : `the column ${missing} is missing`;
}

function isColumn(name: string): boolean {
  return (COLUMNS as readonly string[]).includes(name);
}

function onlyProblem(message: string): ReadRows {
  return { lines: [], problems: [{ code: "bad-list", at: null, id: null, message }] };
}
