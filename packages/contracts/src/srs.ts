import type { LastCircuit } from "@cairn/protocol";
import type { Hex } from "viem";

/** Origin of a proof system's common reference string: with `dev`, anyone can forge proofs. */
export type SrsKind = "dev" | "ignition";

/** x of the ceremony's point τ·G2 (its imaginary part), a constant of every verifier made for the Ignition SRS. */
const IGNITION_G2_WORD = "260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1";

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
