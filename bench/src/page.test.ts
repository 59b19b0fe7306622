import { expect, test } from "vitest";
import { replaceMarked } from "./page.ts";

test("text replaces only what is between the marks of its name", () => {
  const page = "# T\n<!-- a:begin -->\n\nold\n<!-- a:end -->\n<!-- b:begin -->\n\nold\n<!-- b:end -->\nwords\n";
  const replaced = replaceMarked(page, "b", "new");
  expect(replaced).toBe(
    "# T\n<!-- a:begin -->\n\nold\n<!-- a:end -->\n<!-- b:begin -->\n\nnew\n<!-- b:end -->\nwords\n",
  );
  expect(replaceMarked(replaced, "b", "new")).toBe(replaced);
  expect(() => replaceMarked("# Title", "a", "new")).toThrow(expect.objectContaining({ code: "bench/bad-report" }));
});
