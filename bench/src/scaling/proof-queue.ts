import { jobPriority } from "@cairn/db";
import { type PlannedProof, weightOf } from "@cairn/node";
import { insertSorted } from "./sorted.ts";

/** A proof of the simulation. */
export interface SimulatedProof {
  readonly plan: PlannedProof;
  /** In the order in which proofs were planned, from 0 on. */
  readonly id: number;
  /** Proof that verifies this one; null while none is planned, and for the last one of a batch. */
  parent: SimulatedProof | null;
  /** Proofs that this one verifies and that are not made. */
  waitsFor: number;
}

/** The proofs of a node, as its batcher plans them and its scheduler offers them to provers. */
export interface ProofQueue {
  /** Adds a proof and those below it, unless they are planned already. */
  readonly plan: (plan: PlannedProof) => SimulatedProof;
  /** Takes the proof that a free prover would be given next; undefined if there is none. */
  readonly take: () => SimulatedProof | undefined;
  /** Notes that a proof that was taken is made. */
  readonly made: (proof: SimulatedProof) => void;
}

/** Places between two blocks in the order of proofs, of which fewer begin with one block. */
const IDS_PER_BLOCK = 2 ** 24;

/**
 * The order of the node without its database. As in `loadProofsToMake`, of the proofs that can be made and are not, the `maxJobs`
 * with the lowest blocks get a job; of the jobs, provers take the one with the highest `jobPriority`.
 *
 * @example createProofQueue(64).plan(batchPlan(1, [16, 16])).waitsFor // 2
 */
export function createProofQueue(maxJobs: number): ProofQueue {
  const planned = new Map<string, SimulatedProof>();
  /** Proofs that can be made and are not made yet, those that provers are at work on included. */
  const open: SimulatedProof[] = [];
  const jobs: SimulatedProof[] = [];
  const offered = new Set<SimulatedProof>();
  const made = new Set<SimulatedProof>();

  const offer = (proof: SimulatedProof | undefined): void => {
    if (proof === undefined || offered.has(proof)) return;
    offered.add(proof);
    insertSorted(jobs, proof, (job) => -priorityOf(job));
  };
  const become = (proof: SimulatedProof): void => {
    const place = insertSorted(open, proof, placeOf);
    if (place < maxJobs) offer(proof);
  };
  const plan = (own: PlannedProof): SimulatedProof => {
    const key = `${own.circuit} ${own.firstBlock} ${own.lastBlock}`;
    const known = planned.get(key);
    if (known !== undefined) return known;
    const children = own.children.map(plan);
    const waitsFor = children.filter((child) => !made.has(child)).length;
    const proof: SimulatedProof = { plan: own, id: planned.size, parent: null, waitsFor };
    for (const child of children) child.parent = proof;
    planned.set(key, proof);
    if (proof.waitsFor === 0) become(proof);
    return proof;
  };
  return {
    plan,
    take: () => jobs.shift(),
    made: (proof) => {
      made.add(proof);
      open.splice(open.indexOf(proof), 1);
      offered.delete(proof);
      offer(open[maxJobs - 1]);
      if (proof.parent === null) return;
      proof.parent.waitsFor--;
      if (proof.parent.waitsFor === 0) become(proof.parent);
    },
  };
}

function priorityOf({ plan: { circuit, firstBlock } }: SimulatedProof): number {
  return jobPriority({ firstBlock }, weightOf(circuit));
}

function placeOf({ id, plan: { firstBlock } }: SimulatedProof): number {
  return firstBlock * IDS_PER_BLOCK + id;
}
