import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ProofTarget, runBb, type Srs } from "../bb.ts";
import type { CompiledProgram } from "./compile.ts";
import { assertChildrenOver } from "./list-srs.ts";
import { assertSrsIdentity, holdsPoints } from "./srs-identity.ts";

/** A verification key on disk. */
export interface VerificationKey {
  readonly path: string;
  /** Who verifies the proofs of this key. */
  readonly target: ProofTarget;
  /** SRS that it is over. */
  readonly srs: Srs["kind"];
  readonly isCached: boolean;
}

/** Files of a key as the prover names them; the hash comes into the cache last, so that a key with a hash is whole. */
const [KEY_FILE, HASH_FILE] = ["vk", "vk_hash"] as const;

/**
 * The verification key of a program over an SRS, for the EVM or for recursion, from the cache or computed. Throws
 * `circuits/wrong-key-list` when the program accepts children over another SRS, `circuits/wrong-srs` when a folder that is
 * said to hold Ignition's points holds others, and as the prover binary does.
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
  const path = join(dir, KEY_FILE);
  if (existsSync(path) && existsSync(join(dir, HASH_FILE))) return { path, target, srs: srs.kind, isCached: true };
  // The prover completes Ignition's folder: an empty one can be judged only when the key is made.
  if (srs.kind === "ignition" && holdsPoints(srs.dir)) assertSrsIdentity(srs);
  mkdirSync(dir, { recursive: true });
  const made = mkdtempSync(`${path}-`);
  try {
    await runBb(["write_vk", "-b", program.path, "-o", made, "-c", srs.dir], { target, signal });
    if (srs.kind === "ignition") assertSrsIdentity(srs);
    for (const file of [KEY_FILE, HASH_FILE]) renameSync(join(made, file), join(dir, file));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return { path, target, srs: srs.kind, isCached: false };
}
