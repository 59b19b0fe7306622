import { type BlockCircuit, buildWitness, type Proof, proveBlock } from "@cairn/circuits";
import type { Compress } from "@cairn/crypto";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { decodeWitnessInput } from "./witness-input.ts";

/** Input of a proof. */
export interface ProofTask {
  /** As stored with the block. */
  readonly input: Uint8Array;
  readonly publicInput: bigint;
  /** Roots of the block, to which the input must lead. */
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
}

/** Makes proofs of stored blocks. */
export interface ProofMaker {
  /** Builds the circuit's inputs. Rejects with `node/witness-mismatch`, and as the loading of the circuit. */
  readonly prepare: (task: ProofTask) => Promise<PreparedProof>;
  readonly stop: () => Promise<void>;
}

/** A proof that only needs to be computed. */
export interface PreparedProof {
  /** To be called once. Rejects as `proveBlock`. */
  readonly prove: (signal: AbortSignal) => Promise<Proof>;
}

/** Makes the proof of a block; tests replace it. */
export type ProveBlock = (
  circuit: BlockCircuit,
  publicInput: bigint,
  witness: ReturnType<typeof buildWitness>["witness"],
  signal: AbortSignal,
) => Promise<Proof>;

/** A maker that works on the caller's thread; `loadCircuit` is called once, and again only if it failed. */
export function createProofMaker(deps: {
  readonly compress: Compress;
  /** The first load may take long. */
  readonly loadCircuit: () => Promise<BlockCircuit>;
  readonly prove?: ProveBlock;
}): ProofMaker {
  const prove = deps.prove ?? proveBlock;
  let circuit: Promise<BlockCircuit> | null = null;
  return {
    prepare: async ({ input, publicInput, ...roots }) => {
      const { trace, before } = decodeWitnessInput(input, deps.compress);
      const { witness, oldRoot, newRoot } = buildWitness(trace, before, deps.compress);
      if (oldRoot !== roots.oldRoot || newRoot !== roots.newRoot) {
        throw new CairnError<NodeErrorCode>(
          "node/witness-mismatch",
          `the trace of block ${trace.blockNumber} leads elsewhere`,
        );
      }
      circuit ??= deps.loadCircuit();
      const loaded = await circuit.catch((error: unknown) => {
        circuit = null;
        throw error;
      });
      return { prove: (signal) => prove(loaded, publicInput, witness, signal) };
    },
    stop: () => Promise.resolve(),
  };
}
