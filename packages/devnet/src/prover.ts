import { existsSync } from "node:fs";
import { join } from "node:path";
import { devSrs, loadCircuit, type ProvingCircuit, type SoloCircuit, soloCircuit } from "@cairn/circuits";
import { type BlockSize, CairnError } from "@cairn/protocol";
import type { DevnetErrorCode } from "./errors.ts";

/**
 * The circuit of a batch of one block over the development SRS, as the set-up built it. Throws `devnet/not-built`.
 *
 * @example const circuit = await loadProver(cacheDir, 16);
 */
export async function loadProver(cacheDir: string, slots: BlockSize): Promise<ProvingCircuit<SoloCircuit>> {
  const { dir } = devSrs(cacheDir);
  if (!existsSync(join(dir, "bn254_g1.dat"))) {
    throw new CairnError<DevnetErrorCode>("devnet/not-built", `no development SRS in ${dir}: run npm run setup`);
  }
  return loadCircuit({ name: soloCircuit(slots), cacheDir, srs: "dev" });
}
