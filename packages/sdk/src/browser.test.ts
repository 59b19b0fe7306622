import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the package", () => {
  it("uses nothing that browsers do not have", () => {
    const files = globSync("*.ts", { cwd: import.meta.dirname }).filter((name) => !name.endsWith(".test.ts"));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const text = readFileSync(`${import.meta.dirname}/${file}`, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
      expect(text.match(/from "node:|\b(?:Buffer|process|require|__dirname|setImmediate)\b/), file).toBeNull();
    }
  });
});
