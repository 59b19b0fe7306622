import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LONG_TESTS } from "./long-tests.ts";

const root = join(import.meta.dirname, "../..");

describe("files that only npm run test:all runs", () => {
  it.each(Object.keys(LONG_TESTS))("%s exists, and docs/testing.md says that npm test leaves it out", (file) => {
    expect(existsSync(join(root, file))).toBe(true);
    const name = file.replace(/^(packages|apps)\//, "").replace(/\.test\.ts$/, "");
    const rows = readFileSync(join(root, "docs/testing.md"), "utf8")
      .split("\n")
      .filter((line) => line.includes(`\`${name}\``) || line.includes(`\`${name}.test.ts\``));
    expect(rows, name).toHaveLength(1);
    expect(rows[0]).toMatch(/^\| .+ \| – \| (real|no proofs) \|$/);
  });
});
