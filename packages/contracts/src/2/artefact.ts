import { CairnError, type LastCircuit } from "@cairn/protocol";
import { artefactPath, CODE, readArtefact, type SrsKind, srsOfBytecode } from "../artefact.ts";
import type { CompiledContract } from "../compile.ts";
import type { ContractsErrorCode } from "../errors.ts";

/** Name of an artefact of version 2, besides the verifiers. */
export type Rollup2Artefact = "2/Rollup" | "2/AccountTree" | "2/Binding" | "2/FixedOperator" | "2/Receipts";

/** A compiled verifier of a circuit whose proofs L1 accepts. */
export interface Verifier2Artefact extends CompiledContract {
  readonly circuit: LastCircuit;
  readonly srs: SrsKind;
}

/**
 * A compiled contract of version 2 from the cache. Throws `contracts/artefact-missing`, `contracts/bad-artefact`.
 *
 * @example const rollup = loadArtefact2(cacheDir, "2/Rollup");
 */
export function loadArtefact2(cacheDir: string, name: Rollup2Artefact): CompiledContract {
  return loadCompiled(cacheDir, name);
}

/**
 * A compiled verifier from the cache. Throws `contracts/artefact-missing`, `contracts/bad-artefact`.
 *
 * @example const { runtimeCode } = loadVerifier2(cacheDir, "solo16", "dev");
 */
export function loadVerifier2(cacheDir: string, circuit: LastCircuit, srs: SrsKind): Verifier2Artefact {
  const artefact = loadCompiled(cacheDir, verifierArtefact2(circuit, srs));
  if (srsOfBytecode(artefact.bytecode) !== srs) throw badArtefact(`${artefact.name} is not over the ${srs} SRS`);
  if (artefact.immutables.length > 0) {
    throw badArtefact(`the code of ${artefact.name} after deployment is unknown`);
  }
  return { ...artefact, circuit, srs };
}

/**
 * Contract of the verifier of a circuit; those over the development SRS are named so.
 *
 * @example verifierContract2("solo16", "dev") // "DevSolo16Verifier"
 */
export function verifierContract2(circuit: LastCircuit, srs: SrsKind): string {
  return `${srs === "dev" ? "Dev" : ""}${circuit.charAt(0).toUpperCase()}${circuit.slice(1)}Verifier`;
}

/** Name of a verifier's artefact. See {@link loadVerifier2}. */
export function verifierArtefact2(circuit: LastCircuit, srs: SrsKind): string {
  return `2/${verifierContract2(circuit, srs)}`;
}

function loadCompiled(cacheDir: string, name: string): CompiledContract {
  const { runtimeCode, immutables, ...artefact } = readArtefact(cacheDir, name);
  if (runtimeCode === undefined || !CODE.test(runtimeCode) || immutables === undefined) {
    throw badArtefact(`${artefactPath(cacheDir, name)} does not say what its deployment leaves`);
  }
  return { ...artefact, runtimeCode, immutables: immutables as CompiledContract["immutables"] };
}

function badArtefact(reason: string): CairnError<ContractsErrorCode> {
  return new CairnError<ContractsErrorCode>("contracts/bad-artefact", reason);
}
