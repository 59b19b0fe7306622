import { type Hex, keccak256 } from "viem";
import type { CompiledContract } from "../compiled.ts";
import { DEV_CHAIN_IDS } from "../deploy.ts";
import type { SrsKind } from "../srs.ts";
import type { DeployedContract } from "./deployed.ts";
import { forbiddenInstructions } from "./disassemble.ts";
import { proxyKind } from "./proxy.ts";
import { compareRuntimeCode } from "./runtime-code.ts";

/** One comparison. */
export interface Check {
  /** What was compared, in a few fixed words. */
  readonly name: string;
  readonly isOk: boolean;
  /** What was found, and what was expected if it differs. */
  readonly detail: string;
}

/** A verifier built from the sources. */
export interface ExpectedVerifier {
  readonly contract: CompiledContract;
  /** Hash of the verification key, 32 bytes, which the verifier's code contains. */
  readonly keyHash: Hex;
}

/** Compares code on the chain with compiled code; immutables may differ. */
export function codeCheck(name: string, code: Hex, compiled: CompiledContract): Check {
  if (code === "0x") return { name, isOk: false, detail: "no contract at this address" };
  const { isSame, expectedBytes, actualBytes, differingBytes, firstDifference } = compareRuntimeCode(compiled, code);
  const detail = `${actualBytes} bytes, keccak256 ${keccak256(code)}`;
  if (isSame) return { name, isOk: true, detail };
  const kind = proxyKind(code);
  const difference =
    expectedBytes === actualBytes
      ? `${differingBytes} of ${actualBytes} bytes differ, the first at ${firstDifference}`
      : `${actualBytes} bytes instead of ${expectedBytes}; they differ from byte ${firstDifference} on`;
  return { name, isOk: false, detail: kind === null ? difference : `${kind}; ${difference}` };
}

/** Whether the contract, or a slot of its storage, looks like that of a proxy. */
export function proxyCheck({ code, proxySlots }: Pick<DeployedContract, "code" | "proxySlots">): Check {
  const kind = proxyKind(code);
  const found = [...(kind === null ? [] : [kind]), ...proxySlots.map((slot) => `${slot.name} is ${slot.value}`)];
  const detail = found.join("; ") || "no proxy code, all known proxy slots are zero";
  return { name: "No proxy", isOk: found.length === 0, detail };
}

/** Whether code holds instructions that could change it, run other code as its own, or make contracts. */
export function forbiddenCheck(name: string, code: Hex): Check {
  const found = forbiddenInstructions(code).map((instruction) => `${instruction.name} at ${instruction.offset}`);
  const detail = found.join(", ") || "no DELEGATECALL, CALLCODE, SELFDESTRUCT, CREATE or CREATE2 that can run";
  return { name, isOk: found.length === 0, detail };
}

/** Whether a verifier's code holds the hash of the expected key. */
export function keyCheck(name: string, code: Hex, verifier: ExpectedVerifier | undefined): Check {
  if (verifier === undefined) return { name, isOk: false, detail: "there is nothing to compare it with" };
  const isNamed = code.includes(significantDigits(verifier.keyHash));
  const detail = isNamed ? verifier.keyHash : `the code does not contain the key ${verifier.keyHash}`;
  return { name, isOk: isNamed, detail };
}

/** A verifier over the dev SRS is all right on development chains only. */
export function srsCheck(name: string, srs: SrsKind, chainId: number): Check {
  if (srs === "ignition") return { name, isOk: true, detail: "ignition (176 participants)" };
  const isDevChain = DEV_CHAIN_IDS.includes(chainId);
  const warning = "dev: ANYONE CAN FORGE PROOFS";
  return {
    name,
    isOk: isDevChain,
    detail: isDevChain ? `${warning}; a development chain` : `${warning} on this chain`,
  };
}

/** A word as pushed by code: without leading zero bytes. */
export function significantDigits(word: Hex): string {
  return word.slice(2).replace(/^(?:00)+/, "");
}
