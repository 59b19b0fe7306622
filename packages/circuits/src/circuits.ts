import type { BlockSize, SoloSize } from "@cairn/protocol";

/** Circuits whose proofs other circuits verify, each after those that it verifies itself. */
export const INNER_CIRCUITS = ["block16", "block64", "block256", "block1024", "merge1", "merge2"] as const;
/** Name of a circuit with the 11 public inputs of a claim. */
export type InnerCircuit = (typeof INNER_CIRCUITS)[number];
/** Name of a circuit that joins claims. */
export type MergeCircuit = "merge1" | "merge2";
/** Circuits that prove a batch of blocks that are proven already. */
export const BATCH_CIRCUITS = ["pair", "batch"] as const;
/** Name of a circuit that proves a batch of blocks that are proven already. */
export type BatchCircuit = (typeof BATCH_CIRCUITS)[number];
/** Circuits that prove a batch of one block. */
export const SOLO_CIRCUITS = ["solo16", "solo64", "solo256"] as const satisfies readonly `solo${SoloSize}`[];
/** Name of a circuit that proves a batch of one block. */
export type SoloCircuit = (typeof SOLO_CIRCUITS)[number];
/** All circuits. */
export const CIRCUITS = [...INNER_CIRCUITS, ...BATCH_CIRCUITS, ...SOLO_CIRCUITS] as const;
/** Name of a circuit. */
export type Circuit = (typeof CIRCUITS)[number];

/** Circuits that verify proofs, in the order in which their lists of keys can be made. */
export const PARENT_CIRCUITS = ["merge1", "merge2", "pair", "batch"] as const satisfies readonly ParentCircuit[];
/** Name of a circuit that verifies proofs of others. */
export type ParentCircuit = MergeCircuit | BatchCircuit;

const BLOCKS = ["block16", "block64", "block256", "block1024"] as const;

/** What the children of a circuit can be, in the order of its list of keys (spec 6.6), and how many it takes. */
export const PARENTS: Readonly<
  Record<ParentCircuit, { readonly accepts: readonly InnerCircuit[]; readonly children: number }>
> = {
  merge1: { accepts: BLOCKS, children: 4 },
  merge2: { accepts: [...BLOCKS, "merge1"], children: 4 },
  pair: { accepts: [...BLOCKS, "merge1", "merge2"], children: 2 },
  batch: { accepts: [...BLOCKS, "merge1", "merge2"], children: 4 },
};

/**
 * The circuit of a block, whose proofs merges and batches take.
 *
 * @example blockCircuit(16) // "block16"
 */
export function blockCircuit(slots: BlockSize): `block${BlockSize}` {
  return `block${slots}`;
}

/**
 * The circuit of a batch of one block.
 *
 * @example soloCircuit(16) // "solo16"
 */
export function soloCircuit(slots: SoloSize): SoloCircuit {
  return `solo${slots}`;
}

/** Whether a circuit verifies proofs of others. */
export function isParent<Name extends string>(circuit: Name): circuit is Name & ParentCircuit {
  return Object.hasOwn(PARENTS, circuit);
}
