/**
 * Builds everything that proving batches needs: `build.ts [--circuits solo16,solo64,…] [--srs dev|ignition]`, by default all
 * circuits of one block. Prints a line per part, ending in `cached` when there was nothing to do. Everything goes into
 * CAIRN_CACHE_DIR, keyed by the content of the sources.
 *
 * `pair` and `batch` verify proofs of other circuits, whose keys over the development SRS are recorded in the sources; over
 * Ignition somebody has to make them first (`generate-keys.ts --srs ignition`).
 */
import { join, resolve } from "node:path";
import { LAST_CIRCUIT_TYPE, type LastCircuit } from "@cairn/protocol";
import {
  compileCircuit,
  devSrs,
  ensureDevSrs,
  ensureVerificationKey,
  ignitionSrs,
  programGates,
  SOLO_CIRCUITS,
  type Srs,
  sourcesOf,
  srsPointsFor,
  writeSolidityVerifier,
} from "../src/index.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const circuits = parseCircuits(option("--circuits") ?? SOLO_CIRCUITS.join(","));
const kind = parseSrs(option("--srs") ?? "dev");

for (const name of circuits) {
  const noirDir = sourcesOf(name, kind, cacheDir);
  const program = await timed(`${name} compile`, () => compileCircuit({ name, cacheDir, noirDir }));
  const gates = await programGates(program);
  const srs = prepareSrs(srsPointsFor(gates));
  const key = await timed(`${name} verification key`, () => ensureVerificationKey(program, srs));
  await timed(`${name} verifier contract`, () => writeSolidityVerifier({ circuit: name, key, srs, cacheDir }));
}

function prepareSrs(points: number): Srs {
  if (kind === "ignition") return ignitionSrs();
  const startMs = performance.now();
  let shown = 0;
  const { srs, isCached } = ensureDevSrs({
    dir: devSrs(cacheDir).dir,
    points,
    onProgress(done) {
      if (done < points && done * 4 < (shown + 1) * points) return;
      shown = Math.floor((done * 4) / points);
      console.log(`dev SRS: ${done} of ${points} points`);
    },
  });
  console.log(`dev SRS: ${points} points, ${isCached ? "cached" : seconds(startMs)}`);
  return srs;
}

async function timed<T extends { readonly isCached: boolean }>(label: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await work();
  console.log(`${label}: ${result.isCached ? "cached" : seconds(startMs)}`);
  return result;
}

function seconds(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function parseCircuits(list: string): LastCircuit[] {
  const known = Object.keys(LAST_CIRCUIT_TYPE) as LastCircuit[];
  const names = list.split(",");
  const found = known.filter((name) => names.includes(name));
  if (found.length === names.length) return found;
  return refuse(`--circuits accepts ${known.join(", ")}, not ${list}`);
}

function parseSrs(name: string): Srs["kind"] {
  return name === "dev" || name === "ignition" ? name : refuse(`--srs is dev or ignition, not ${name}`);
}

function refuse(reason: string): never {
  console.error(reason);
  process.exit(2);
}
