import { expect, test } from "vitest";
import { formatDecimal, formatInteger, formatMebibytes, type Table, tableToMarkdown, tableToText } from "./table.ts";

const table: Table = {
  title: "Figures",
  notes: ["A note."],
  columns: ["name", "count", "word"],
  rows: [
    ["one", "1,000", "a"],
    ["a|b", "7", "longer"],
  ],
};

test("a terminal gets names and words left, figures right", () => {
  expect(tableToText(table)).toBe(
    [
      "Figures",
      "  A note.",
      "",
      "name  count  word",
      "----  -----  ------",
      "one   1,000  a",
      "a|b       7  longer",
      "",
    ].join("\n"),
  );
});

test("Markdown gets a section with the same alignment, bars escaped", () => {
  expect(tableToMarkdown(table)).toBe(
    [
      "## Figures",
      "",
      "A note.",
      "",
      "| name | count | word |",
      "|---|---:|---|",
      "| one | 1,000 | a |",
      "| a\\|b | 7 | longer |",
      "",
    ].join("\n"),
  );
});

test("figures are formatted with thousands", () => {
  expect(formatInteger(1_234_567.5)).toBe("1,234,568");
  expect(formatDecimal(1234.5, 2)).toBe("1,234.50");
  expect(formatMebibytes(300 * 2 ** 20)).toBe("300 MiB");
});
