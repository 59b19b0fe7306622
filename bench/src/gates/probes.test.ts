import { join, resolve } from "node:path";
import { circuitShape } from "@cairn/circuits";
import { expect, test } from "vitest";
import { UNITS } from "./parts.ts";
import { compileProbes } from "./probes.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));

test("every probe compiles against the circuit's library as it is", async () => {
  const programs = await compileProbes(circuitShape(16), cacheDir);
  expect(programs.map(({ circuit }) => typeof circuit.bytecode)).toEqual(UNITS.map(() => "string"));
});
