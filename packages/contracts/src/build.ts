import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
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

/** The contracts of version 2, by the names of their artefacts. The rollup itself creates account tree and binding. */
export const ROLLUP_2_CONTRACTS = {
  "2/Rollup": "src/2/Rollup.sol",
  "2/AccountTree": "src/AccountTree.sol",
  "2/Binding": "src/2/Binding.sol",
  "2/FixedOperator": "src/2/policies/FixedOperator.sol",
  "2/Receipts": "src/2/Receipts.sol",
} as const;

/** One contract to compile. */
export interface BuildTarget {
  readonly sources: Sources;
  readonly path: string;
  /** Name of the artefact: the contract's, for version 2 behind `2/`. */
  readonly name: string;
  readonly settings: CompilerSettings;
}

/** The contracts of {@link ROLLUP_CONTRACTS} from this checkout. */
export function rollupTargets(): readonly BuildTarget[] {
  return Object.entries(ROLLUP_CONTRACTS).map(([name, path]) => sourceTarget(name, path));
}

/** The contracts of {@link ROLLUP_2_CONTRACTS} from this checkout. */
export function rollup2Targets(): readonly BuildTarget[] {
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

/** As {@link verifierTarget}, of a circuit of protocol 2. */
export function verifierTarget2(name: string, source: string): BuildTarget {
  return { ...verifierTarget(name, source), name: `2/${name}` };
}

/** Compiles a contract, ignoring the cache. Throws `contracts/compile-failed`. */
export async function buildFresh({ sources, path, name, settings }: BuildTarget): Promise<CompiledContract> {
  return { ...(await compileContract(sources, path, basename(name), settings)), name };
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
