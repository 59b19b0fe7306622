import { join, resolve } from "node:path";
import {
  type CompiledProgram,
  compileCircuit,
  devSrs,
  ensureDevSrs,
  ensureVerificationKey,
  type LoadedProgram,
  NOIR_DIR,
  type ProofTarget,
  programGates,
  srsPointsFor,
} from "../../src/index.ts";

/** Where tests keep compiled circuits, like the build script. */
export const cacheDir = resolve(process.env.CAIRN_CACHE_DIR ?? join(import.meta.dirname, "../../../../.cache"));

/** Sources to test instead of the package's own, such as a mutated copy. */
const noirDir = process.env.CAIRN_TEST_NOIR_DIR ?? NOIR_DIR;

const programs = new Map<string, Promise<CompiledProgram>>();

/** The compiled crate, once per test file. */
export function program(name: string): Promise<CompiledProgram> {
  const found = programs.get(name) ?? compileCircuit({ name, cacheDir, noirDir });
  programs.set(name, found);
  return found;
}

/** A crate ready to prove over the development SRS, which is generated if missing; for the EVM unless told otherwise. */
export async function provingCircuit(name: string, target: ProofTarget = "evm"): Promise<LoadedProgram> {
  const compiled = await program(name);
  const { srs } = ensureDevSrs({ dir: devSrs(cacheDir).dir, points: srsPointsFor(await programGates(compiled)) });
  return { program: compiled, key: await ensureVerificationKey(compiled, srs, { target }), srs };
}
