/// <reference path="./papaparse.d.ts" />
import papaparse from "papaparse";

/**
 * A table as CSV: RFC 4180, UTF-8, with a header. Cells that a spreadsheet would run as a formula begin with an
 * apostrophe, also where spaces precede the sign; control characters are spaces.
 */
export function csvText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = [header, ...rows.map((row) => row.map(harmless))];
  return `${papaparse.unparse(table, { newline: "\r\n", escapeFormulae: false })}\r\n`;
}

function harmless(cell: string): string {
  const plain = cell.replace(/\p{Cc}/gu, " ");
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(plain) ? `'${plain}` : plain;
}
