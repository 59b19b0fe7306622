import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CairnError, type LastCircuit } from "@cairn/protocol";
import type { Hex } from "viem";
import type { CompiledContract } from "./compile.ts";
import type { ContractsErrorCode } from "./errors.ts";

/** Origin of a proof system's common reference string: with `dev`, anyone can forge proofs. */
export type SrsKind = "dev" | "ignition";

/** Name of an artefact that belongs to a rollup, besides the verifiers. */
export type RollupArtefact = "Rollup" | "AccountTree" | "Binding" | "FixedOperator" | "Receipts";

/** A compiled verifier of a circuit whose proofs L1 accepts. */
export interface VerifierArtefact extends CompiledContract {
  readonly circuit: LastCircuit;
  readonly srs: SrsKind;
}

/** Code without places for libraries. */
const CODE = /^0x([0-9a-f]{2})+$/;

/** x of the ceremony's point τ·G2 (its imaginary part), a constant of every verifier made for the Ignition SRS. */
const IGNITION_G2_WORD = "260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

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

/**
 * Contract of the verifier of a circuit; those over the development SRS are named so.
 *
 * @example verifierContract("solo16", "dev") // "DevSolo16Verifier"
 */
export function verifierContract(circuit: LastCircuit, srs: SrsKind): string {
  return `${srs === "dev" ? "Dev" : ""}${circuit.charAt(0).toUpperCase()}${circuit.slice(1)}Verifier`;
}

/** The SRS a verifier is made for, by its own constants: anything without the ceremony's point counts as `dev`. */
export function srsOfBytecode(bytecode: Hex): SrsKind {
  return bytecode.toLowerCase().includes(IGNITION_G2_WORD) ? "ignition" : "dev";
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
