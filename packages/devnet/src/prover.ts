import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type BatchCircuit,
  devSrs,
  type InnerCircuit,
  loadCircuit,
  type ProvingCircuit,
  type SoloCircuit,
  soloCircuit,
} from "@cairn/circuits";
import { CairnError, type SoloSize } from "@cairn/protocol";
import type { DevnetErrorCode } from "./errors.ts";

/**
 * The circuit of a batch of one block over the development SRS, as the set-up built it. Throws `devnet/not-built`.
 *
 * @example const circuit = await loadProver(cacheDir, 16);
 */
export function loadProver(cacheDir: string, slots: SoloSize): Promise<ProvingCircuit<SoloCircuit>> {
  return loadDevCircuit(cacheDir, soloCircuit(slots));
}

/**
 * A circuit over the development SRS; its key is made if it is missing. Throws `devnet/not-built` before the set-up ever ran,
 * and as `loadCircuit`.
 *
 * @example const pair = await loadDevCircuit(cacheDir, "pair");
 */
export async function loadDevCircuit<Name extends InnerCircuit | BatchCircuit | SoloCircuit>(
  cacheDir: string,
  name: Name,
): Promise<ProvingCircuit<Name>> {
  const { dir } = devSrs(cacheDir);
  if (!existsSync(join(dir, "bn254_g1.dat"))) {
    throw new CairnError<DevnetErrorCode>("devnet/not-built", `no development SRS in ${dir}: run npm run setup`);
  }
  return loadCircuit({ name, cacheDir, srs: "dev" });
}
