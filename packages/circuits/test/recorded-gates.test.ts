import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../scripts/record-gates.ts");

it("gates.json has the gate counts and keys of every size, compiled from the sources", () => {
  expect(execFileSync(process.execPath, [SCRIPT, "--check", "--all"], { encoding: "utf8" })).toContain("up to date");
});
