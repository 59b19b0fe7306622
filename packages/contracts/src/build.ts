import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { artefactPath } from "./artefact.ts";
import {
  type CompilerSettings,
  compileContract,
  compilerInputHash,
  ROLLUP_SETTINGS,
  type Sources,
  VERIFIER_SETTINGS,
} from "./compile.ts";
import type { CompiledContract } from "./compiled.ts";
import { readSources } from "./sources.ts";

/** The contracts of a rollup, by name. The rollup itself creates account tree and binding. */
export const ROLLUP_2_CONTRACTS = {
  Rollup: "src/Rollup.sol",
  AccountTree: "src/AccountTree.sol",
  Binding: "src/Binding.sol",
  FixedOperator: "src/policies/FixedOperator.sol",
  Receipts: "src/Receipts.sol",
} as const;

/** One contract to compile. */
export interface BuildTarget {
  readonly sources: Sources;
  readonly path: string;
  /** Name of contract and artefact. */
  readonly name: string;
  readonly settings: CompilerSettings;
}

/** The contracts of {@link ROLLUP_2_CONTRACTS} from this checkout. */
export function rollupTargets(): readonly BuildTarget[] {
  return Object.entries(ROLLUP_2_CONTRACTS).map(([name, path]) => sourceTarget(name, path));
}

/** A contract of this package. */
export function sourceTarget(name: string, path: string): BuildTarget {
  return { sources: readSources(path), path, name, settings: ROLLUP_SETTINGS };
}

/** A verifier from the source that the circuits package generated. */
export function verifierTarget(name: string, source: string): BuildTarget {
  const path = `${name}.sol`;
  return { sources: { [path]: source }, path, name, settings: VERIFIER_SETTINGS };
}

/** Compiles a contract, ignoring the cache. Throws `contracts/compile-failed`. */
export async function buildFresh({ sources, path, name, settings }: BuildTarget): Promise<CompiledContract> {
  return await compileContract(sources, path, name, settings);
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
