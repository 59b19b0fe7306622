import {
  type ClaimProof,
  loadCircuit,
  type MergeCircuit,
  type ProvingCircuit,
  type ProvingCost,
  programGates,
  proveMerge,
} from "@cairn/circuits";
import { readUsage } from "../node/usage.ts";
import { mergesOf, type ProofNode, type ProofTree } from "./tree.ts";

/** Proofs of one kind that were made so far. */
export interface Tally {
  /** Witness and proof. */
  seconds: number;
  /** Time of processor cores, of the prover and of this process; null where the system does not report it. */
  coreSeconds: number | null;
  /** Of all of them. */
  gates: number;
  /** Of the largest. */
  proofGates: number;
  peakBytes: number | null;
}

/** Nothing proven yet. */
export function emptyTally(): Tally {
  return { seconds: 0, coreSeconds: 0, gates: 0, proofGates: 0, peakBytes: null };
}

/** Makes a proof and counts it. Throws as `prove`. */
export async function tallied<Proven extends Pick<ProvingCost, "proverPeakBytes">>(
  tally: Tally,
  circuit: ProvingCircuit<string>,
  prove: () => Promise<Proven>,
): Promise<Proven> {
  const startMs = performance.now();
  const usedBefore = await usedCoreSeconds();
  const proven = await prove();
  const used = await usedCoreSeconds();
  tally.seconds += (performance.now() - startMs) / 1000;
  tally.coreSeconds = usedBefore === null || used === null ? null : (tally.coreSeconds ?? 0) + used - usedBefore;
  const gates = await programGates(circuit.program);
  tally.gates += gates;
  tally.proofGates = Math.max(tally.proofGates, gates);
  tally.peakBytes = largest(tally.peakBytes, proven.proverPeakBytes);
  return proven;
}

/** What this process and its ended children have used. */
async function usedCoreSeconds(): Promise<number | null> {
  const usage = await readUsage(process.pid);
  return usage === null ? null : usage.cpuSeconds + usage.childCpuSeconds;
}

/** The larger of two memories; null only when neither is known. */
export function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** Circuits of merges by their names. */
export type MergeCircuits = ReadonlyMap<MergeCircuit, ProvingCircuit<MergeCircuit>>;

/** The circuits of a tree's merges. Throws as `loadCircuit`. */
export async function loadMerges(tree: ProofTree, cacheDir: string): Promise<MergeCircuits> {
  const circuits = new Map<MergeCircuit, ProvingCircuit<MergeCircuit>>();
  for (const name of new Set(mergesOf(tree))) circuits.set(name, await loadCircuit({ name, cacheDir, srs: "dev" }));
  return circuits;
}

/** What merging needs besides the proofs of the blocks. */
export interface MergeDeps {
  readonly circuits: MergeCircuits;
  readonly tally: Tally;
  /** Called after each merge. */
  readonly onMerge: (circuit: MergeCircuit) => void;
}

/** Makes the merges below the last proof, which is to verify what this returns. Throws as `proveMerge`. */
export async function proveNodes(
  nodes: readonly ProofNode[],
  blocks: readonly ClaimProof[],
  deps: MergeDeps,
): Promise<ClaimProof[]> {
  const proofs: ClaimProof[] = [];
  for (const node of nodes) proofs.push(await proveNode(node, blocks, deps));
  return proofs;
}

async function proveNode(node: ProofNode, blocks: readonly ClaimProof[], deps: MergeDeps): Promise<ClaimProof> {
  if (node.type === "block") {
    const proof = blocks[node.position];
    if (proof === undefined) throw new TypeError(`no proof of block ${node.position}`);
    return proof;
  }
  const children = await proveNodes(node.children, blocks, deps);
  const circuit = deps.circuits.get(node.circuit);
  if (circuit === undefined) throw new TypeError(`${node.circuit} was not loaded`);
  const proof = await tallied(deps.tally, circuit, () => proveMerge(circuit, children));
  deps.onMerge(node.circuit);
  return proof;
}
