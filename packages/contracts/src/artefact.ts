import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type BlockSize, CairnError } from "@cairn/protocol";
import { type Abi, type Hex, keccak256 } from "viem";
import type { ContractsErrorCode } from "./errors.ts";

/** Origin of a proof system's common reference string: with `dev`, anyone can forge proofs. */
export type SrsKind = "dev" | "ignition";

/** A compiled contract. */
export interface ContractArtefact {
  readonly name: string;
  /** SHA-256 of all compiler input, so that a build can tell whether it is up to date. */
  readonly inputHash: string;
  readonly abi: Abi;
  /** Creation code, without constructor arguments. */
  readonly bytecode: Hex;
}

/** A compiled verifier of the block circuit of `slots` slots. */
export interface VerifierArtefact extends ContractArtefact {
  readonly slots: BlockSize;
  readonly srs: SrsKind;
  /** keccak256 of the code that its deployment leaves on the chain. */
  readonly runtimeCodeHash: Hex;
}

/** Further output of a build. */
export interface StoredArtefact extends ContractArtefact {
  readonly runtimeCode?: Hex;
  readonly immutables?: readonly unknown[];
}

/** Code without places for libraries. */
export const CODE = /^0x([0-9a-f]{2})+$/;

/** x of the ceremony's point τ·G2 (its imaginary part), a constant of every verifier made for the Ignition SRS. */
const IGNITION_G2_WORD = "260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

/** File of a compiled contract in the repository's cache folder. */
export function artefactPath(cacheDir: string, name: string): string {
  return join(cacheDir, "contracts", `${name}.json`);
}

/**
 * A compiled contract of this package, `Rollup` or `DevToken`. Throws `contracts/artefact-missing`,
 * `contracts/bad-artefact`.
 */
export function loadArtefact(cacheDir: string, name: "Rollup" | "DevToken"): ContractArtefact {
  return readArtefact(cacheDir, name);
}

/** A compiled verifier. Throws `contracts/artefact-missing`, `contracts/bad-artefact`. */
export function loadVerifier(cacheDir: string, slots: BlockSize, srs: SrsKind): VerifierArtefact {
  const artefact = readArtefact(cacheDir, verifierName(slots, srs));
  if (srsOfBytecode(artefact.bytecode) !== srs) {
    throw new CairnError<ContractsErrorCode>("contracts/bad-artefact", `${artefact.name} is not over the ${srs} SRS`);
  }
  const { name, runtimeCode, immutables } = artefact;
  if (runtimeCode === undefined || !CODE.test(runtimeCode) || immutables?.length !== 0) {
    throw new CairnError<ContractsErrorCode>(
      "contracts/bad-artefact",
      `the code of ${name} after deployment is unknown`,
    );
  }
  return { ...artefact, slots, srs, runtimeCodeHash: keccak256(runtimeCode) };
}

/** Contract name of the verifier of a block size; those over the dev SRS are named so. */
export function verifierName(slots: BlockSize, srs: SrsKind): string {
  return `${srs === "dev" ? "Dev" : ""}Block${slots}Verifier`;
}

/** The SRS a verifier is made for, by its own constants: anything without the ceremony's point counts as `dev`. */
export function srsOfBytecode(bytecode: Hex): SrsKind {
  return bytecode.toLowerCase().includes(IGNITION_G2_WORD) ? "ignition" : "dev";
}

/** A build of the cache. Throws `contracts/artefact-missing`, `contracts/bad-artefact`. */
export function readArtefact(cacheDir: string, name: string): StoredArtefact {
  const path = artefactPath(cacheDir, name);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new CairnError<ContractsErrorCode>("contracts/artefact-missing", `${path} is missing`, { cause });
  }
  const artefact: StoredArtefact = JSON.parse(text);
  if (artefact.name !== name || !CODE.test(artefact.bytecode)) {
    throw new CairnError<ContractsErrorCode>("contracts/bad-artefact", `${path} does not hold ${name}`);
  }
  return artefact;
}
