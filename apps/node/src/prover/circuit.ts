import {
  type BlockCircuit,
  circuitName,
  compileCircuit,
  devSrs,
  ensureDevSrs,
  ignitionSrs,
  loadBlockCircuit,
  programGates,
  type Srs,
  srsPointsFor,
} from "@cairn/circuits";
import type { BlockSize } from "@cairn/protocol";

/** Which circuit, over which reference string, from which directory. */
export interface CircuitSource {
  readonly cacheDir: string;
  readonly srs: Srs["kind"];
  readonly slots: BlockSize;
}

/** The circuit from the cache; missing parts are built first. Throws like the build. */
export async function loadCircuit({ cacheDir, srs: kind, slots }: CircuitSource): Promise<BlockCircuit> {
  if (kind === "ignition") return loadBlockCircuit({ slots, cacheDir, srs: ignitionSrs() });
  const program = await compileCircuit({ name: circuitName(slots), cacheDir });
  const points = srsPointsFor(await programGates(program));
  const { srs } = ensureDevSrs({ dir: devSrs(cacheDir).dir, points });
  return loadBlockCircuit({ slots, cacheDir, srs });
}
