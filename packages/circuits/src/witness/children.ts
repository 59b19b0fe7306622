import { CairnError, type Claim, joinClaims } from "@cairn/protocol";
import { KEY_FIELDS, PROOF_FIELDS, proofFields, type RecursionKey } from "../build/recursion-key.ts";
import { type InnerCircuit, PARENTS, type ParentCircuit } from "../circuits.ts";
import type { CircuitsErrorCode } from "../errors.ts";

/** A proof of one block, or of several: what a merge or a batch is made of. */
export interface ClaimProof {
  /** The circuit that proved it. */
  readonly circuit: InnerCircuit;
  readonly claim: Claim;
  /** For recursion. */
  readonly proof: Uint8Array;
  /** The circuit's key for recursion. */
  readonly key: RecursionKey;
}

/** A child as the circuits take it, named as in `noir/aggregation/src/children.nr`. */
export type ChildWitness = {
  readonly isUsed: boolean;
  readonly key: readonly bigint[];
  readonly keyHash: bigint;
  readonly proof: readonly bigint[];
  /** The 11 public inputs of the child's proof; see `claimFields`. */
  readonly claim: Claim | null;
};

const zeros = (length: number): bigint[] => Array.from({ length }, () => 0n);
const UNUSED: ChildWitness = {
  isUsed: false,
  key: zeros(KEY_FIELDS),
  keyHash: 0n,
  proof: zeros(PROOF_FIELDS),
  claim: null,
};

/**
 * The children of a circuit, filled up with unused ones, and their claims together. Throws `circuits/bad-children` when the
 * circuit does not take so many, or not of these circuits; `circuits/bad-proof`; `protocol/not-consecutive`.
 *
 * @example childrenWitness("merge1", [first, second]).claim.lastBlock // second.claim.lastBlock
 */
export function childrenWitness(
  parent: ParentCircuit,
  children: readonly ClaimProof[],
): { readonly claim: Claim; readonly children: readonly ChildWitness[] } {
  const { accepts, children: limit } = PARENTS[parent];
  if (children.length > limit) throw badChildren(`${parent} takes ${limit} children, not ${children.length}`);
  const refused = children.find(({ circuit }) => !accepts.includes(circuit));
  if (refused !== undefined) throw badChildren(`${parent} takes no proof of ${refused.circuit}`);
  const used = children.map(({ claim, proof, key }): ChildWitness => {
    return { isUsed: true, key: key.fields, keyHash: key.hash, proof: proofFields(proof), claim };
  });
  const unused = Array.from({ length: limit - used.length }, () => UNUSED);
  return { claim: joinClaims(children.map(({ claim }) => claim)), children: [...used, ...unused] };
}

function badChildren(reason: string): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/bad-children", reason);
}
