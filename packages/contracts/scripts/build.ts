/**
 * Compiles the contracts, and the verifiers that the circuits package has generated, into `<cache>/contracts`.
 * Usage: node scripts/build.ts [--verifiers DIRECTORY], by default `<cache>/verifiers`, with one folder per SRS.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import { type BuildTarget, buildCached, rollupTargets, sourceTarget, verifierTarget } from "../src/build.ts";
import type { CompiledContract } from "../src/compiled.ts";
import { packageDir } from "../src/sources.ts";
import { srsOfBytecode, verifierContract } from "../src/srs.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(packageDir, "../../.cache"));
const { values } = parseArgs({ options: { verifiers: { type: "string" } } });

for (const target of rollupTargets()) await build(target);
await build(sourceTarget("DevToken", "src/dev/DevToken.sol"));
await buildVerifiers(resolve(values.verifiers ?? join(cacheDir, "verifiers")));

async function buildVerifiers(directory: string): Promise<void> {
  for (const srs of ["dev", "ignition"] as const) {
    const folder = join(directory, srs);
    const circuits = Object.keys(LAST_CIRCUIT_TYPE) as LastCircuit[];
    const names = circuits.map((circuit) => verifierContract(circuit, srs));
    const files = existsSync(folder)
      ? readdirSync(folder).filter((file) => names.includes(basename(file, ".sol")))
      : [];
    for (const file of files.sort()) {
      const source = readFileSync(join(folder, file), "utf8");
      const artefact = await build(verifierTarget(basename(file, ".sol"), source));
      if (srsOfBytecode(artefact.bytecode) === srs) continue;
      console.error(`${file}: in folder ${srs}, but its constants are of the other SRS`);
      process.exitCode = 1;
    }
  }
}

async function build(target: BuildTarget): Promise<CompiledContract> {
  const startMs = performance.now();
  const { artefact, isCached } = await buildCached(cacheDir, target);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${target.name}: ${isCached ? "cached" : `compiled in ${seconds} s`}`);
  return artefact;
}
