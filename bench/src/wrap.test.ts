import { expect, test } from "vitest";
import { wrapParagraph } from "./wrap.ts";

test("a paragraph is broken at spaces, within 120 columns", () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`);
  const lines = wrapParagraph(words.join(" ")).split("\n");
  expect(lines.join(" ")).toBe(words.join(" "));
  expect(lines.length).toBe(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
});

test("a code span stays whole, and so does a link's address", () => {
  const code = "`npm run bench -- --write-docs`";
  expect(wrapParagraph(`${"x".repeat(100)} ${code}, and more`)).toBe(`${"x".repeat(100)}\n${code}, and more`);
  const link = `[text](${"a".repeat(130)})`;
  expect(wrapParagraph(`before ${link} after`)).toBe(`before\n${link}\nafter`);
});
