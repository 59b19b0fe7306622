import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

describe("docs/faults.md", () => {
  const page = readFileSync(join(root, "docs/faults.md"), "utf8");
  const rows = page.split("\n").filter((line) => /^\| (?!Fault |---)/.test(line));

  it("states for every fault what is injected, what is checked and where, and every place exists", () => {
    const files = readdirSync(join(root, "e2e/faults"));
    for (const row of rows) {
      const cells = row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim());
      expect(cells, row).toHaveLength(4);
      expect(cells.every((cell) => cell.length > 0)).toBe(true);
      const file = /\]\(\.\.\/e2e\/faults\/([^)]+)\)$/.exec(cells[3] ?? "")?.[1];
      expect(files, row).toContain(file);
    }
    expect(rows.length).toBeGreaterThan(0);
  });

  it("leaves no test of a fault out", () => {
    const unnamed = readdirSync(join(root, "e2e/faults")).filter(
      (file) => !rows.some((row) => row.includes(`/${file})`)),
    );
    expect(unnamed).toEqual([]);
  });
});
