import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { artefactPath } from "./artefact.ts";
import {
  type CompiledContract,
  type CompilerSettings,
  compileContract,
  compilerInputHash,
  ROLLUP_SETTINGS,
  type Sources,
  VERIFIER_SETTINGS,
} from "./compile.ts";
import { readSources } from "./sources.ts";

/** What deploying a rollup creates besides verifiers, by contract name. */
export const ROLLUP_CONTRACTS = { Rollup: "src/Rollup.sol", AccountTree: "src/AccountTree.sol" } as const;

/** One contract to compile. */
export interface BuildTarget {
  readonly sources: Sources;
  readonly path: string;
  readonly name: string;
  readonly settings: CompilerSettings;
}

/** The contracts of {@link ROLLUP_CONTRACTS} from this checkout. */
export function rollupTargets(): readonly BuildTarget[] {
  const sources = readSources();
  return Object.entries(ROLLUP_CONTRACTS).map(([name, path]) => ({ sources, path, name, settings: ROLLUP_SETTINGS }));
}

/** A verifier from the source that the circuits package generated. */
export function verifierTarget(name: string, source: string): BuildTarget {
  const path = `${name}.sol`;
  return { sources: { [path]: source }, path, name, settings: VERIFIER_SETTINGS };
}

/** Compiles a contract, ignoring the cache. Throws `contracts/compile-failed`. */
export function buildFresh({ sources, path, name, settings }: BuildTarget): Promise<CompiledContract> {
  return compileContract(sources, path, name, settings);
}

/** A contract from the cache if it was compiled from the same input; otherwise compiles and caches it. */
export async function buildCached(
  cacheDir: string,
  target: BuildTarget,
): Promise<{ readonly artefact: CompiledContract; readonly isCached: boolean }> {
  const path = artefactPath(cacheDir, target.name);
  const cached = readCached(path, compilerInputHash(target.sources, target.settings));
  if (cached !== null) return { artefact: cached, isCached: true };
  const artefact = await buildFresh(target);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(artefact)}\n`);
  renameSync(`${path}.${process.pid}`, path);
  return { artefact, isCached: false };
}

function readCached(path: string, inputHash: string): CompiledContract | null {
  if (!existsSync(path)) return null;
  const artefact: CompiledContract = JSON.parse(readFileSync(path, "utf8"));
  return artefact.inputHash === inputHash ? artefact : null;
}
