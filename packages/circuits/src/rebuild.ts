import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BlockSize } from "@cairn/protocol";
import type { Srs } from "./bb.ts";
import { compileCircuit } from "./compile.ts";
import { programGates, srsPointsFor } from "./gates.ts";
import { circuitName } from "./shape.ts";
import { devSrs, ensureDevSrs, ignitionSrs } from "./srs.ts";
import { assertSrsIdentity, srsIdentity } from "./srs-identity.ts";
import { ensureVerificationKey } from "./verification-key.ts";
import { writeSolidityVerifier } from "./verifier.ts";

/** A verifier's source and everything it is derived from; hashes as hex without prefix. */
export interface RebuiltVerifier {
  readonly slots: BlockSize;
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

/**
 * Rebuilds one block size from the Noir sources to the Solidity source of its verifier. With an empty `cacheDir` all of
 * it is computed; results of an earlier run there are reused unchecked. The Ignition SRS is the prover's own,
 * downloaded if missing. Throws `circuits/compile-failed`, `circuits/wrong-srs`, and as the prover binary does.
 */
export async function rebuildVerifier(options: {
  readonly slots: BlockSize;
  readonly srs: Srs["kind"];
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** Called before each step with a description. */
  readonly onStep?: (step: string) => void;
}): Promise<RebuiltVerifier> {
  const { slots, srs: kind, cacheDir, signal, onStep = () => {} } = options;
  const name = circuitName(slots);
  onStep(`${name}: circuit`);
  const program = await compileCircuit({ name, cacheDir });
  const gates = await programGates(program, signal);
  onStep(`${name}: verification key over the ${kind} SRS`);
  const srs = prepareSrs(kind, cacheDir, srsPointsFor(gates));
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
    slots,
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

function prepareSrs(kind: Srs["kind"], cacheDir: string, points: number): Srs {
  return kind === "ignition" ? ignitionSrs() : ensureDevSrs({ dir: devSrs(cacheDir).dir, points }).srs;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
