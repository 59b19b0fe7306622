import type { BatchBinding, Claim } from "@cairn/protocol";
import type { InputMap } from "@noir-lang/noir_js";
import type { ProofTarget, Srs } from "../bb.ts";
import { compileCircuit } from "../build/compile.ts";
import { programGates, srsPointsFor } from "../build/gates.ts";
import { sourcesOf } from "../build/key-lists.ts";
import { readRecursionKey } from "../build/recursion-key.ts";
import { ensureSrs } from "../build/srs.ts";
import { ensureVerificationKey } from "../build/verification-key.ts";
import type { BatchCircuit, InnerCircuit, MergeCircuit, SoloCircuit } from "../circuits.ts";
import type { BatchContent } from "../witness/binding.ts";
import { type ClaimProof, childrenWitness } from "../witness/children.ts";
import { type EvaluationWitness, evaluationWitness } from "../witness/evaluation.ts";
import { BATCH_EVALUATION, listsWitness } from "../witness/lists.ts";
import type { BlockWitness } from "../witness/types.ts";
import { solveWitness } from "./execute.ts";
import { batchInputMap, blockInputMap, mergeInputMap, soloInputMap } from "./input-map.ts";
import { type LoadedProgram, type Proof, proveSolved } from "./proof.ts";

/** A named circuit with what proving takes. */
export interface ProvingCircuit<Name extends string> extends LoadedProgram {
  readonly name: Name;
}

/** How a proof is made. */
export interface ProvingOptions {
  readonly signal?: AbortSignal | undefined;
  /** Priority, 0 … 19; the higher, the lower the priority. */
  readonly nice?: number;
}

/** Seconds and peak memory that a proof took. */
export type ProvingCost = Pick<Proof, "witnessSeconds" | "proveSeconds" | "proverPeakBytes">;

/**
 * Program, SRS and key of a circuit, from the cache or built: the key of block and merge is for recursion, that of solo, pair
 * and batch for the EVM. Throws `circuits/keys-missing`, and as compiler and prover do.
 *
 * @example const circuit = await loadCircuit({ name: "merge1", cacheDir, srs: "dev" });
 */
export async function loadCircuit<Name extends InnerCircuit | BatchCircuit | SoloCircuit>(options: {
  readonly name: Name;
  readonly cacheDir: string;
  readonly srs: Srs["kind"];
  readonly signal?: AbortSignal | undefined;
}): Promise<ProvingCircuit<Name>> {
  const { name, cacheDir, srs: kind, signal } = options;
  const program = await compileCircuit({ name, cacheDir, noirDir: sourcesOf(name, kind, cacheDir) });
  const srs = ensureSrs(kind, cacheDir, srsPointsFor(await programGates(program, signal)));
  const key = await ensureVerificationKey(program, srs, { target: targetOf(name), signal });
  return { name, program, key, srs };
}

/**
 * Proves a block for a merge or a batch. Throws `circuits/unsatisfied` and `circuits/bad-input` when there is no such block,
 * `circuits/prover-failed`, `circuits/no-prover`, `circuits/aborted`.
 *
 * @example const child = await proveBlockClaim(circuit, buildBlock({ block, before, chains, compress }));
 */
export function proveBlockClaim(
  circuit: ProvingCircuit<InnerCircuit>,
  { claim, witness }: { readonly claim: Claim; readonly witness: BlockWitness },
  options: ProvingOptions = {},
): Promise<ClaimProof & ProvingCost> {
  return proveClaim(circuit, claim, blockInputMap(claim, witness), options);
}

/**
 * Proves that the children's claims together hold. Nothing here notices a child whose proof is wrong: the verifier of the last
 * proof does. Throws `circuits/bad-children`, `circuits/bad-proof`, `protocol/not-consecutive`, and as
 * {@link proveBlockClaim}.
 *
 * @example const child = await proveMerge(merge1, [first, second, third]);
 */
export function proveMerge(
  circuit: ProvingCircuit<MergeCircuit>,
  proofs: readonly ClaimProof[],
  options: ProvingOptions = {},
): Promise<ClaimProof & ProvingCost> {
  const { claim, children } = childrenWitness(circuit.name, proofs);
  return proveClaim(circuit, claim, mergeInputMap(claim, children), options);
}

/**
 * The last proof of a batch, for L1, whose 17 public inputs are `batchInputs(claim, binding)`. Throws as {@link proveMerge},
 * `protocol/too-many`.
 *
 * @example const { proof, publicInputs } = await proveBatch(batch, { children, content, binding });
 */
export async function proveBatch(
  circuit: ProvingCircuit<BatchCircuit>,
  batch: { readonly children: readonly ClaimProof[]; readonly content: BatchContent; readonly binding: BatchBinding },
  options: ProvingOptions = {},
): Promise<Proof> {
  const { binding, content } = batch;
  const { claim, children } = childrenWitness(circuit.name, batch.children);
  const lists = listsWitness(content.chains, content.blocks);
  const cells = content.blocks.flatMap((block) => block.cells);
  const evaluation = evaluationWitness(cells, binding.point, BATCH_EVALUATION);
  return prove(circuit, batchInputMap({ claim, binding, children, lists, evaluation }), options);
}

/**
 * A batch of one block, for L1, without recursion; its 17 public inputs are `batchInputs(claim, binding)`. Throws as
 * {@link proveBlockClaim}.
 *
 * @example const { proof, publicInputs } = await proveSolo(solo16, { claim, binding, witness, evaluation });
 */
export function proveSolo(
  circuit: ProvingCircuit<SoloCircuit>,
  batch: {
    readonly claim: Claim;
    readonly binding: BatchBinding;
    readonly witness: BlockWitness;
    readonly evaluation: EvaluationWitness;
  },
  options: ProvingOptions = {},
): Promise<Proof> {
  return prove(circuit, soloInputMap(batch), options);
}

async function proveClaim(
  circuit: ProvingCircuit<InnerCircuit>,
  claim: Claim,
  inputs: InputMap,
  options: ProvingOptions,
): Promise<ClaimProof & ProvingCost> {
  const { publicInputs: _, ...proven } = await prove(circuit, inputs, options);
  return { circuit: circuit.name, claim, key: readRecursionKey(circuit.key), ...proven };
}

async function prove(circuit: ProvingCircuit<string>, inputs: InputMap, options: ProvingOptions): Promise<Proof> {
  const { signal, nice } = options;
  const solved = await solveWitness(circuit.program.circuit, inputs);
  return { ...(await proveSolved(circuit, solved.witness, signal, nice)), witnessSeconds: solved.seconds };
}

function targetOf(name: InnerCircuit | BatchCircuit | SoloCircuit): ProofTarget {
  return /^(block|merge)/.test(name) ? "recursion" : "evm";
}
