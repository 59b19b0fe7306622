import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runBb, type Srs } from "./bb.ts";
import type { CompiledProgram } from "./compile.ts";

/** A verification key on disk. */
export interface VerificationKey {
  readonly path: string;
  readonly isCached: boolean;
}

/** The verification key of a program over an SRS, from the cache or computed. Throws as the prover binary does. */
export async function ensureVerificationKey(
  program: CompiledProgram,
  srs: Srs,
  signal?: AbortSignal,
): Promise<VerificationKey> {
  const dir = join(program.dir, srs.kind);
  const path = join(dir, "vk");
  if (existsSync(path)) return { path, isCached: true };
  mkdirSync(dir, { recursive: true });
  await runBb(["write_vk", "-b", program.path, "-o", dir, "-c", srs.dir], signal);
  return { path, isCached: false };
}
