import { type Compress, compress as pureCompress } from "@cairn/crypto";
import {
  type BlockSize,
  CairnError,
  FIELD_MODULUS,
  META_FLAGS_SHIFT,
  META_NONCE_SHIFT,
  META_TOKEN_ID_SHIFT,
} from "@cairn/protocol";
import { createWorkingTree, type WorkingTree, type WorkingTreeBase } from "@cairn/state";
import type { CircuitsErrorCode } from "../errors.ts";
import type { BlockDraft, StepDraft } from "./draft.ts";
import { indexWitness } from "./parts.ts";
import { type CircuitShape, circuitShape } from "./shape.ts";
import type { BlockWitness, LeafWitness, OpeningWitness } from "./types.ts";

/** A draft with Merkle paths and sub-roots, and the roots that it lies between. */
export interface OpenedBlock {
  readonly witness: Omit<BlockWitness, "chains">;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
}

/** Adds Merkle paths to a draft, step by step. Throws `circuits/inconsistent-trace` when a leaf is not in the tree. */
export function openBlock(draft: BlockDraft, before: WorkingTreeBase, compress: Compress): OpenedBlock {
  const shape = circuitShape(draft.slots.length as BlockSize);
  const tree = createWorkingTree(before, compress);
  const open = (step: StepDraft): OpeningWitness => openStep(step, tree, shape, compress);
  const slots = draft.slots.map(({ a, b, ...rest }) => ({ ...rest, a: open(a), b: open(b) }));
  const feeCredits = draft.feeCredits.map(({ tokenId, step }) => ({ tokenId, ...open(step) }));
  const subroots = Array.from({ length: 4 ** (shape.subrootDepth - 1) }, (_, i) => [
    ...before.nodes.children(shape.levels + 1, i),
  ]).flat();
  return { witness: { ...draft, slots, feeCredits, subroots }, oldRoot: before.root(), newRoot: tree.root() };
}

/** Hash of a leaf with unchecked fields, as the circuit computes it modulo the field. */
export function leafHash(leaf: LeafWitness, compress: Compress = pureCompress): bigint {
  if (leaf.owner === 0n) return 0n;
  const meta =
    leaf.owner +
    (leaf.tokenId << BigInt(META_TOKEN_ID_SHIFT)) +
    (leaf.nonce << BigInt(META_NONCE_SHIFT)) +
    (leaf.ownerKey << BigInt(META_FLAGS_SHIFT));
  return compress(reduce(meta), reduce(leaf.balance), reduce(leaf.key), 0n);
}

function openStep(step: StepDraft, tree: WorkingTree, shape: CircuitShape, compress: Compress): OpeningWitness {
  const proof = tree.prove(step.index);
  if (proof.leafHash !== leafHash(step.before, compress)) {
    throw new CairnError<CircuitsErrorCode>("circuits/inconsistent-trace", `leaf ${step.index} differs from the trace`);
  }
  tree.update(step.index, leafHash(step.after, compress));
  const children: bigint[][] = [];
  let node = proof.leafHash;
  for (let level = 0; level < shape.levels; level++) {
    const family = [...(proof.siblings[level] ?? [])];
    family.splice(proof.digits[level] ?? 0, 0, node);
    children.push(family);
    const [a = 0n, b = 0n, c = 0n, d = 0n] = family;
    if (level + 1 < shape.levels) node = compress(a, b, c, d);
  }
  return { index: indexWitness(step.index), leaf: { ...step.before }, children };
}

function reduce(value: bigint): bigint {
  const rest = value % FIELD_MODULUS;
  return rest < 0n ? rest + FIELD_MODULUS : rest;
}
