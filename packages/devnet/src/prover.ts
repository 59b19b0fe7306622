import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BlockCircuit, ensureDevSrs, loadBlockCircuit } from "@cairn/circuits";
import { type BlockSize, CairnError } from "@cairn/protocol";
import type { DevnetErrorCode } from "./errors.ts";

/** The block circuit over the development SRS, as the set-up built it. Throws `devnet/not-built`. */
export async function loadProver(cacheDir: string, slots: BlockSize): Promise<BlockCircuit> {
  const dir = join(cacheDir, "srs", "dev");
  if (!existsSync(join(dir, "bn254_g1.dat"))) {
    throw new CairnError<DevnetErrorCode>("devnet/not-built", `no development SRS in ${dir}: run npm run setup`);
  }
  const { srs } = ensureDevSrs({ dir, points: 0 });
  return loadBlockCircuit({ slots, cacheDir, srs });
}
