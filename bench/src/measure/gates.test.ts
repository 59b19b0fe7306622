import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { PARTS } from "../gates/parts.ts";
import { measureGates } from "./gates.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
/** Compiles about thirty small programs when nothing is cached. */
test("every probe compiles, and the parts explain almost all gates", async () => {
  const [report] = await measureGates([16], cacheDir);
  if (report === undefined) throw new TypeError("no report");
  const { parts, total } = report;
  expect(PARTS.reduce((sum, part) => sum + parts[part], 0)).toBe(total);
  for (const part of PARTS) expect(parts[part]).toBeGreaterThan(0);
  expect(parts.rest / total).toBeLessThan(0.03);
});
