import { expect, test } from "vitest";
import { replaceFigures } from "./document.ts";

test("figures replace what is between the marks and nothing else", () => {
  const page = "# Title\n\n<!-- figures:begin -->\n\nold\n<!-- figures:end -->\n\nwords\n";
  const replaced = replaceFigures(page, "new");
  expect(replaced).toBe("# Title\n\n<!-- figures:begin -->\n\nnew\n<!-- figures:end -->\n\nwords\n");
  expect(replaceFigures(replaced, "new")).toBe(replaced);
  expect(() => replaceFigures("# Title", "new")).toThrow(expect.objectContaining({ code: "bench/bad-report" }));
});
