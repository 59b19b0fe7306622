import {
  type BatchCircuit,
  blockCircuit,
  loadCircuit,
  type ProvingCircuit,
  type SoloCircuit,
  writeSolidityVerifier,
} from "@cairn/circuits";
import type { CompiledContract } from "@cairn/contracts";
import { buildCached, rollupTargets, verifierTarget } from "@cairn/contracts/build";
import type { BlockSize } from "@cairn/protocol";
import { FUNDING_CIRCUIT } from "./funding.ts";
import { loadMerges, type MergeCircuits } from "./proving.ts";
import type { ProofTree } from "./tree.ts";

/** The circuits of a batch and of the deposits before it, and the verifiers of what L1 accepts. */
export interface BatchCircuits {
  readonly funding: ProvingCircuit<SoloCircuit>;
  readonly block: ProvingCircuit<ReturnType<typeof blockCircuit>>;
  readonly merges: MergeCircuits;
  readonly last: ProvingCircuit<BatchCircuit>;
  /** By circuit. */
  readonly verifiers: ReadonlyMap<string, CompiledContract>;
}

/**
 * Circuits, keys, verifiers and contracts over the development SRS, from the cache or built. Throws as compilers and prover
 * do.
 */
export async function prepareCircuits(tree: ProofTree, slots: BlockSize, cacheDir: string): Promise<BatchCircuits> {
  const [funding, block, last] = [
    await loadCircuit({ name: FUNDING_CIRCUIT, cacheDir, srs: "dev" }),
    await loadCircuit({ name: blockCircuit(slots), cacheDir, srs: "dev" }),
    await loadCircuit({ name: tree.circuit, cacheDir, srs: "dev" }),
  ];
  const verifiers = new Map<string, CompiledContract>();
  for (const circuit of [funding, last]) verifiers.set(circuit.name, await compileVerifier(circuit, cacheDir));
  for (const target of rollupTargets()) await buildCached(cacheDir, target);
  return { funding, block, merges: await loadMerges(tree, cacheDir), last, verifiers };
}

async function compileVerifier(
  { name, key, srs }: ProvingCircuit<SoloCircuit | BatchCircuit>,
  cacheDir: string,
): Promise<CompiledContract> {
  const { contractName, source } = await writeSolidityVerifier({ circuit: name, key, srs, cacheDir });
  return (await buildCached(cacheDir, verifierTarget(contractName, source))).artefact;
}
