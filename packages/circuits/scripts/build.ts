/**
 * Builds everything that proving needs: `build.ts [--slots 16,64,256] [--srs dev|ignition]`. Prints a line per part,
 * ending in `cached` when there was nothing to do. Everything goes into CAIRN_CACHE_DIR, keyed by the content of the
 * sources.
 */
import { join, resolve } from "node:path";
import { BLOCK_SIZES, type BlockSize } from "@cairn/protocol";
import {
  circuitName,
  compileCircuit,
  devSrs,
  ensureDevSrs,
  ensureVerificationKey,
  ignitionSrs,
  programGates,
  type Srs,
  srsPointsFor,
  writeSolidityVerifier,
} from "../src/index.ts";

const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../.cache"));
const sizes = parseSizes(option("--slots") ?? BLOCK_SIZES.join(","));
const kind = option("--srs") ?? "dev";

for (const slots of sizes) {
  const name = circuitName(slots);
  const program = await timed(`${name} compile`, () => compileCircuit({ name, cacheDir }));
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

function parseSizes(list: string): BlockSize[] {
  const texts = list.split(",");
  const found = BLOCK_SIZES.filter((slots) => texts.includes(String(slots)));
  if (found.length === texts.length) return found;
  console.error(`--slots accepts ${BLOCK_SIZES.join(", ")}, not ${list}`);
  process.exit(2);
}
