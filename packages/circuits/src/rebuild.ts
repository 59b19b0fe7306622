import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BlockSize } from "@cairn/protocol";
import { type BatchCircuit, crateOf, isParent, type SoloCircuit } from "./2/circuits.ts";
import { copySources, generateKeyLists } from "./2/key-lists.ts";
import type { Srs } from "./bb.ts";
import { compileCircuit, NOIR_DIR } from "./compile.ts";
import { programGates, srsPointsFor } from "./gates.ts";
import { circuitName } from "./shape.ts";
import { ensureSrs } from "./srs.ts";
import { assertSrsIdentity, srsIdentity } from "./srs-identity.ts";
import { ensureVerificationKey } from "./verification-key.ts";
import { writeSolidityVerifier } from "./verifier.ts";

/** A verifier's source and everything it is derived from; hashes as hex without prefix. */
export interface RebuiltProgram {
  readonly srs: Srs["kind"];
  readonly gates: number;
  /** SHA-256 of the circuit's bytecode (field `bytecode` of the compiled program, decoded from base64). */
  readonly circuitSha256: string;
  /** SHA-256 of the verification key's file. */
  readonly keySha256: string;
  /**
   * The key's hash in the proof system: every proof starts from it, and the verifier contract contains it as VK_HASH.
   */
  readonly keyHash: string;
  /** SHA-256 of the first two points of the SRS. */
  readonly srsIdentity: string;
  readonly contractName: string;
  readonly source: string;
}

/** That of a block size of protocol 1. */
export interface RebuiltVerifier extends RebuiltProgram {
  readonly slots: BlockSize;
}

/** That of a circuit of protocol 2 whose proofs L1 accepts. */
export interface RebuiltVerifier2 extends RebuiltProgram {
  readonly circuit: BatchCircuit | SoloCircuit;
}

/** Where and over which SRS to rebuild. */
export interface RebuildOptions {
  readonly srs: Srs["kind"];
  readonly cacheDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Called before each step with a description. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Rebuilds one block size from the Noir sources to the Solidity source of its verifier. With an empty `cacheDir` all of
 * it is computed; results of an earlier run there are reused unchecked. The Ignition SRS is the prover's own,
 * downloaded if missing. Throws `circuits/compile-failed`, `circuits/wrong-srs`, and as the prover binary does.
 */
export async function rebuildVerifier(
  options: RebuildOptions & { readonly slots: BlockSize },
): Promise<RebuiltVerifier> {
  const { slots, ...rest } = options;
  const name = circuitName(slots);
  return { slots, ...(await rebuildFromSources({ crate: name, circuit: name, noirDir: NOIR_DIR, ...rest })) };
}

/**
 * Rebuilds the verifier of a circuit of protocol 2 whose proofs L1 accepts. For pair and batch it first makes the lists of
 * keys, from the block circuits up, and takes none from the record. Throws as {@link rebuildVerifier}, `circuits/bad-key`.
 *
 * @example const { source } = await rebuildVerifier2({ circuit: "pair", srs: "dev", cacheDir });
 */
export async function rebuildVerifier2(
  options: RebuildOptions & { readonly circuit: BatchCircuit | SoloCircuit },
): Promise<RebuiltVerifier2> {
  const { circuit, srs: kind, cacheDir, signal, onStep = () => {} } = options;
  const crate = crateOf(circuit);
  if (!isParent(circuit)) return { ...(await rebuildFromSources({ ...options, crate, noirDir: NOIR_DIR })), circuit };
  const noirDir = copySources(mkdtempSync(join(tmpdir(), "cairn-noir-")));
  try {
    const onCircuit = (name: string): void => onStep(`${name}: key for the lists of ${circuit}`);
    await generateKeyLists({ kind, noirDir, cacheDir, signal, onCircuit });
    return { ...(await rebuildFromSources({ ...options, crate, noirDir })), circuit };
  } finally {
    rmSync(noirDir, { recursive: true, force: true });
  }
}

async function rebuildFromSources(
  options: RebuildOptions & { readonly crate: string; readonly circuit: string; readonly noirDir: string },
): Promise<RebuiltProgram> {
  const { crate, circuit: name, noirDir, srs: kind, cacheDir, signal, onStep = () => {} } = options;
  onStep(`${name}: circuit`);
  const program = await compileCircuit({ name: crate, cacheDir, noirDir });
  const gates = await programGates(program, signal);
  onStep(`${name}: verification key over the ${kind} SRS`);
  const srs = ensureSrs(kind, cacheDir, srsPointsFor(gates));
  const key = await ensureVerificationKey(program, srs, { signal });
  assertSrsIdentity(srs);
  onStep(`${name}: verifier source`);
  const { contractName, source } = await writeSolidityVerifier({
    circuit: name,
    key,
    srs,
    cacheDir,
    ...(signal && { signal }),
  });
  return {
    srs: kind,
    gates,
    circuitSha256: sha256(Buffer.from(program.circuit.bytecode, "base64")),
    keySha256: sha256(readFileSync(key.path)),
    keyHash: readFileSync(join(dirname(key.path), "vk_hash")).toString("hex"),
    srsIdentity: srsIdentity(kind),
    contractName,
    source,
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
