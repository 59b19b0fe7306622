import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Srs } from "../bb.ts";
import { type BatchCircuit, isParent, type SoloCircuit } from "../circuits.ts";
import { compileCircuit, NOIR_DIR } from "./compile.ts";
import { programGates, srsPointsFor } from "./gates.ts";
import { copySources, generateKeyLists } from "./key-lists.ts";
import { ensureSrs } from "./srs.ts";
import { assertSrsIdentity, srsIdentity } from "./srs-identity.ts";
import { ensureVerificationKey } from "./verification-key.ts";
import { writeSolidityVerifier } from "./verifier.ts";

/** The verifier of a circuit whose proofs L1 accepts, and everything it is derived from; hashes as hex without prefix. */
export interface RebuiltVerifier {
  readonly circuit: BatchCircuit | SoloCircuit;
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

/** Where and over which SRS to rebuild. */
export interface RebuildOptions {
  readonly srs: Srs["kind"];
  readonly cacheDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Called before each step with a description. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Rebuilds the verifier of a circuit whose proofs L1 accepts, from the Noir sources to the Solidity source. With an empty
 * `cacheDir` all of it is computed; results of an earlier run there are reused unchecked. For pair and batch it first makes
 * the lists of keys, from the block circuits up, and takes none from the record. The Ignition SRS is the prover's own,
 * downloaded if missing. Throws `circuits/compile-failed`, `circuits/wrong-srs`, `circuits/bad-key`, and as the prover
 * binary does.
 *
 * @example const { source } = await rebuildVerifier({ circuit: "pair", srs: "dev", cacheDir });
 */
export async function rebuildVerifier(
  options: RebuildOptions & { readonly circuit: BatchCircuit | SoloCircuit },
): Promise<RebuiltVerifier> {
  const { circuit, srs: kind, cacheDir, signal, onStep = () => {} } = options;
  if (!isParent(circuit)) return rebuildFromSources({ ...options, noirDir: NOIR_DIR });
  const noirDir = copySources(mkdtempSync(join(tmpdir(), "cairn-noir-")));
  try {
    const onCircuit = (name: string): void => onStep(`${name}: key for the lists of ${circuit}`);
    await generateKeyLists({ kind, noirDir, cacheDir, signal, onCircuit });
    return await rebuildFromSources({ ...options, noirDir });
  } finally {
    rmSync(noirDir, { recursive: true, force: true });
  }
}

async function rebuildFromSources(
  options: RebuildOptions & { readonly circuit: BatchCircuit | SoloCircuit; readonly noirDir: string },
): Promise<RebuiltVerifier> {
  const { circuit, noirDir, srs: kind, cacheDir, signal, onStep = () => {} } = options;
  onStep(`${circuit}: circuit`);
  const program = await compileCircuit({ name: circuit, cacheDir, noirDir });
  const gates = await programGates(program, signal);
  onStep(`${circuit}: verification key over the ${kind} SRS`);
  const srs = ensureSrs(kind, cacheDir, srsPointsFor(gates));
  const key = await ensureVerificationKey(program, srs, { signal });
  assertSrsIdentity(srs);
  onStep(`${circuit}: verifier source`);
  const { contractName, source } = await writeSolidityVerifier({
    circuit,
    key,
    srs,
    cacheDir,
    ...(signal && { signal }),
  });
  return {
    circuit,
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
