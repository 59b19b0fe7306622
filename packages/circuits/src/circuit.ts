import type { BlockSize } from "@cairn/protocol";
import type { Srs } from "./bb.ts";
import { compileCircuit } from "./compile.ts";
import { programGates, srsPointsFor } from "./gates.ts";
import type { BlockCircuit } from "./prove.ts";
import { circuitName } from "./shape.ts";
import { assertSrs } from "./srs.ts";
import { ensureVerificationKey } from "./verification-key.ts";

/**
 * Compiled program and key of a block size, from the cache if built before.
 * Throws `circuits/srs-missing` when a dev SRS is too short (the prover would otherwise download more), and as the
 * parts do.
 */
export async function loadBlockCircuit(options: {
  readonly slots: BlockSize;
  readonly cacheDir: string;
  readonly srs: Srs;
  readonly signal?: AbortSignal;
}): Promise<BlockCircuit> {
  const { slots, cacheDir, srs, signal } = options;
  const program = await compileCircuit({ name: circuitName(slots), cacheDir });
  assertSrs(srs, srsPointsFor(await programGates(program, signal)));
  return { program, key: await ensureVerificationKey(program, srs, { signal }), srs };
}
