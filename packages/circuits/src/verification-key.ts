import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { assertChildrenOver } from "./2/list-srs.ts";
import { type ProofTarget, runBb, type Srs } from "./bb.ts";
import type { CompiledProgram } from "./compile.ts";

/** A verification key on disk. */
export interface VerificationKey {
  readonly path: string;
  /** Who verifies the proofs of this key. */
  readonly target: ProofTarget;
  readonly isCached: boolean;
}

/**
 * The verification key of a program over an SRS, for the EVM or for recursion, from the cache or computed. Throws
 * `circuits/wrong-key-list` when the program accepts children over another SRS, and as the prover binary does.
 *
 * @example const key = await ensureVerificationKey(program, srs, { target: "recursion" });
 */
export async function ensureVerificationKey(
  program: CompiledProgram,
  srs: Srs,
  options: { readonly target?: ProofTarget; readonly signal?: AbortSignal | undefined } = {},
): Promise<VerificationKey> {
  const { target = "evm", signal } = options;
  assertChildrenOver(srs.kind, program);
  const dir = join(program.dir, srs.kind, ...(target === "evm" ? [] : [target]));
  const path = join(dir, "vk");
  // The prover writes the hash last.
  if (existsSync(path) && existsSync(join(dir, "vk_hash"))) return { path, target, isCached: true };
  mkdirSync(dir, { recursive: true });
  await runBb(["write_vk", "-b", program.path, "-o", dir, "-c", srs.dir], { target, signal });
  return { path, target, isCached: false };
}
