import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToBigint } from "@cairn/protocol";
import { runBb, type Srs } from "../bb.ts";
import type { CompiledProgram } from "../build/compile.ts";
import type { VerificationKey } from "../build/verification-key.ts";

/** A proof for the verifier of its key's target, and the resources it took. */
export interface Proof {
  readonly proof: Uint8Array;
  readonly publicInputs: readonly bigint[];
  readonly witnessSeconds: number;
  readonly proveSeconds: number;
  /** Peak resident memory of the prover process; null where the system does not report it. */
  readonly proverPeakBytes: number | null;
}

/** A compiled circuit with what proving takes. */
export interface LoadedProgram {
  readonly program: CompiledProgram;
  readonly key: VerificationKey;
  readonly srs: Srs;
}

/** Proves a solved witness, with `nice` (0 … 19) at a lower priority. Throws `circuits/prover-failed`, `circuits/no-prover`, `circuits/aborted`. */
export async function proveSolved(
  { program, key, srs }: LoadedProgram,
  witness: Uint8Array,
  signal?: AbortSignal,
  nice = 0,
): Promise<Omit<Proof, "witnessSeconds">> {
  const dir = await mkdtemp(join(tmpdir(), "cairn-prove-"));
  try {
    const witnessPath = join(dir, "witness.gz");
    await writeFile(witnessPath, witness);
    const files = ["-b", program.path, "-w", witnessPath, "-k", key.path, "-o", dir, "-c", srs.dir];
    const { seconds, peakBytes } = await runBb(["prove", ...files], { target: key.target, signal, nice });
    const inputs = await readFile(join(dir, "public_inputs"));
    return {
      proof: new Uint8Array(await readFile(join(dir, "proof"))),
      publicInputs: Array.from({ length: inputs.length / 32 }, (_, i) =>
        bytesToBigint(inputs.subarray(32 * i, 32 * i + 32)),
      ),
      proveSeconds: seconds,
      proverPeakBytes: peakBytes,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
