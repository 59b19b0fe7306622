import {
  type BuiltBlock,
  batchBinding,
  buildTracedBlock,
  type Circuit,
  type ClaimProof,
  decodeClaimProof,
  encodeClaimProof,
  evaluationWitness,
  type Proof,
  type ProvingCircuit,
  type ProvingCost,
  type ProvingOptions,
  SOLO_EVALUATION,
} from "@cairn/circuits";
import type { ChainedBlock, Compress } from "@cairn/crypto";
import { batchInputs, CairnError, claimInputs, joinClaims } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import type { BatchTask, BlockTask, MergeTask, ProofTask, SoloTask } from "./proof-task.ts";
import type { Proving } from "./proving.ts";
import { decodeWitnessInput, type WitnessInput } from "./witness-input.ts";

/** Makes proofs of stored blocks. */
export interface ProofMaker {
  /** Builds the circuit's inputs. Rejects with `node/witness-mismatch`, and as the loading of the circuit. */
  readonly prepare: (task: ProofTask) => Promise<PreparedProof>;
  readonly stop: () => Promise<void>;
}

/** A proof that only needs to be computed. */
export interface PreparedProof {
  /**
   * To be called once. What is verified by another circuit comes with its claim and key, as `encodeClaimProof` gives it.
   * Rejects as the functions of {@link Proving}.
   */
  readonly prove: (signal: AbortSignal) => Promise<Proof>;
}

/** A maker that works on the caller's thread. It loads a circuit when it first needs it, and again only if that failed. */
export function createProofMaker(deps: {
  readonly compress: Compress;
  readonly proving: Proving;
  /** Priority, 0 … 19; the higher, the lower the priority. */
  readonly nice: number;
}): ProofMaker {
  const { compress, proving } = deps;
  const load = createCircuitLoader(proving);
  const options = (signal: AbortSignal): ProvingOptions => ({ signal, nice: deps.nice });

  const prepareSolo = async (task: SoloTask): Promise<PreparedProof> => {
    const { input, built } = buildBlock(task.input, compress);
    const { claim, witness, cells } = built;
    const binding = batchBinding(
      claim,
      { chains: input.chains, blocks: [chainedBlock(input)] },
      task.submission,
      compress,
    );
    assertStates(task, batchInputs(claim, binding));
    const evaluation = evaluationWitness(cells, binding.point, SOLO_EVALUATION[task.circuit]);
    const circuit = await load(task.circuit);
    return { prove: (signal) => proving.proveSolo(circuit, { claim, binding, witness, evaluation }, options(signal)) };
  };

  const prepareBlock = async (task: BlockTask): Promise<PreparedProof> => {
    const { built } = buildBlock(task.input, compress);
    assertStates(task, claimInputs(built.claim));
    const circuit = await load(task.circuit);
    return { prove: async (signal) => encoded(await proving.proveBlockClaim(circuit, built, options(signal))) };
  };

  const prepareMerge = async (task: MergeTask): Promise<PreparedProof> => {
    const children = task.children.map(decodeClaimProof);
    assertStates(task, claimInputs(joinClaims(children.map(({ claim }) => claim))));
    const circuit = await load(task.circuit);
    return { prove: async (signal) => encoded(await proving.proveMerge(circuit, children, options(signal))) };
  };

  const prepareBatch = async (task: BatchTask): Promise<PreparedProof> => {
    const { content, submission } = task;
    const children = task.children.map(decodeClaimProof);
    const claim = joinClaims(children.map((child) => child.claim));
    const binding = batchBinding(claim, content, submission, compress);
    assertStates(task, batchInputs(claim, binding));
    const circuit = await load(task.circuit);
    return { prove: (signal) => proving.proveBatch(circuit, { children, content, binding }, options(signal)) };
  };

  return {
    prepare: async (task) => {
      switch (task.type) {
        case "solo":
          return prepareSolo(task);
        case "block":
          return prepareBlock(task);
        case "merge":
          return prepareMerge(task);
        case "batch":
          return prepareBatch(task);
      }
    },
    stop: () => Promise.resolve(),
  };
}

function createCircuitLoader({ loadCircuit }: Pick<Proving, "loadCircuit">) {
  const loading = new Map<Circuit, Promise<ProvingCircuit<string>>>();
  return async <Name extends Circuit>(name: Name): Promise<ProvingCircuit<Name>> => {
    const loaded = loading.get(name) ?? loadCircuit(name);
    loading.set(name, loaded);
    try {
      return { ...(await loaded), name };
    } catch (error) {
      loading.delete(name);
      throw error;
    }
  };
}

function buildBlock(
  bytes: Uint8Array,
  compress: Compress,
): { readonly input: WitnessInput; readonly built: BuiltBlock } {
  const input = decodeWitnessInput(bytes, compress);
  return { input, built: buildTracedBlock({ ...input, compress }) };
}

function chainedBlock({ trace, cells }: WitnessInput): ChainedBlock {
  return {
    number: BigInt(trace.blockNumber),
    cells,
    l1Operations: trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []),
    payouts: trace.slots.flatMap(({ payout }) => payout ?? []),
  };
}

function assertStates({ circuit, publicInputs }: ProofTask, stated: readonly bigint[]): void {
  if (publicInputs.join() === stated.join()) return;
  const position = publicInputs.findIndex((input, i) => input !== stated[i]);
  const problem = `the input of a ${circuit} leads elsewhere: public input ${position} differs`;
  throw new CairnError<NodeErrorCode>("node/witness-mismatch", problem);
}

function encoded(made: ClaimProof & ProvingCost): Proof {
  const { witnessSeconds, proveSeconds, proverPeakBytes, claim } = made;
  const publicInputs = claimInputs(claim);
  return { proof: encodeClaimProof(made), publicInputs, witnessSeconds, proveSeconds, proverPeakBytes };
}
