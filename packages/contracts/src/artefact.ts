import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CairnError, type LastCircuit } from "@cairn/protocol";
import type { CompiledContract } from "./compiled.ts";
import type { ContractsErrorCode } from "./errors.ts";
import { type SrsKind, srsOfBytecode, verifierContract } from "./srs.ts";

/** Name of an artefact that belongs to a rollup, besides the verifiers. */
export type RollupArtefact = "Rollup" | "AccountTree" | "Binding" | "FixedOperator" | "Receipts";

/** A compiled verifier of a circuit whose proofs L1 accepts. */
export interface VerifierArtefact extends CompiledContract {
  readonly circuit: LastCircuit;
  readonly srs: SrsKind;
}

/** Code without places for libraries. */
const CODE = /^0x([0-9a-f]{2})+$/;

/** File of a compiled contract in the repository's cache folder. */
export function artefactPath(cacheDir: string, name: string): string {
  return join(cacheDir, "contracts", `${name}.json`);
}

/**
 * A compiled contract of this package from the cache. Throws `contracts/artefact-missing`, `contracts/bad-artefact`.
 *
 * @example const rollup = loadArtefact(cacheDir, "Rollup");
 */
export function loadArtefact(cacheDir: string, name: RollupArtefact | "DevToken"): CompiledContract {
  return loadCompiled(cacheDir, name);
}

/**
 * A compiled verifier from the cache. Throws `contracts/artefact-missing`, `contracts/bad-artefact`.
 *
 * @example const { runtimeCode } = loadVerifier(cacheDir, "solo16", "dev");
 */
export function loadVerifier(cacheDir: string, circuit: LastCircuit, srs: SrsKind): VerifierArtefact {
  const artefact = loadCompiled(cacheDir, verifierContract(circuit, srs));
  if (srsOfBytecode(artefact.bytecode) !== srs) throw badArtefact(`${artefact.name} is not over the ${srs} SRS`);
  if (artefact.immutables.length > 0) {
    throw badArtefact(`the code of ${artefact.name} after deployment is unknown`);
  }
  return { ...artefact, circuit, srs };
}

function loadCompiled(cacheDir: string, name: string): CompiledContract {
  const path = artefactPath(cacheDir, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new CairnError<ContractsErrorCode>("contracts/artefact-missing", `${path} is missing`, { cause });
  }
  const artefact: Partial<CompiledContract> = JSON.parse(text);
  const { bytecode, runtimeCode, immutables } = artefact;
  if (artefact.name !== name || bytecode === undefined || !CODE.test(bytecode)) {
    throw badArtefact(`${path} does not hold ${name}`);
  }
  if (runtimeCode === undefined || !CODE.test(runtimeCode) || immutables === undefined) {
    throw badArtefact(`${path} does not say what its deployment leaves`);
  }
  return artefact as CompiledContract;
}

function badArtefact(reason: string): CairnError<ContractsErrorCode> {
  return new CairnError<ContractsErrorCode>("contracts/bad-artefact", reason);
}
