import { deflateSync, inflateSync } from "node:zlib";
import { circuitShape, type TracedBlock } from "@cairn/circuits";
import type { Chains, Compress } from "@cairn/crypto";
import { CairnError, TREE_ARITY, TREE_DEPTH } from "@cairn/protocol";
import { emptySubtreeHashes, type NodeChildren, type NodeReader, nodeKey, nodePlace } from "@cairn/state";
import type { BlockTrace } from "@cairn/vm";
import type { NodeErrorCode } from "../errors.ts";
import { decodeJson, encodeJson } from "../json.ts";

/** A block and the part of the previous tree that a prover reads: all it needs, on any machine. */
export type WitnessInput = Omit<TracedBlock, "compress">;

/** Incremented whenever the format changes: this version cannot prove what an earlier one stored. */
const FORMAT = 4;

interface StoredWitnessInput {
  readonly format: typeof FORMAT;
  readonly trace: BlockTrace;
  readonly cells: readonly bigint[];
  /** Before the block. */
  readonly chains: Chains;
  readonly root: bigint;
  /** Node numbers as of `nodeKey` and their children; empty nodes are left out. */
  readonly nodes: readonly (readonly [number, NodeChildren])[];
}

/** The fastest level: most of it is hashes, which do not compress. */
const COMPRESSION_LEVEL = 1;

/** Collects and encodes the prover's input of a block. Precondition: `before` is the tree before the block. */
export function encodeWitnessInput(input: WitnessInput, compress: Compress): Uint8Array {
  const { trace, cells, chains, before } = input;
  const emptyHashes = emptySubtreeHashes(compress);
  const nodes = new Map<number, NodeChildren>();
  const collect = (height: number, position: number): void => {
    const key = nodeKey(height, position);
    if (nodes.has(key)) return;
    nodes.set(key, before.nodes.children(height, position));
  };
  for (const index of touchedIndices(trace)) {
    for (let height = 1; height <= TREE_DEPTH; height++) {
      collect(height, Math.floor(index / TREE_ARITY ** height));
    }
  }
  const { levels, subrootDepth } = circuitShape(trace.slotCount);
  for (let position = 0; position < TREE_ARITY ** (subrootDepth - 1); position++) collect(levels + 1, position);
  const stored: StoredWitnessInput = {
    format: FORMAT,
    trace,
    cells,
    chains: { ...chains },
    root: before.root(),
    nodes: [...nodes].filter(([key, children]) => {
      const empty = emptyHashes[nodePlace(key).height - 1];
      return children.some((child) => child !== empty);
    }),
  };
  return deflateSync(encodeJson(stored), { level: COMPRESSION_LEVEL });
}

/** Inverse of {@link encodeWitnessInput}. Throws `node/witness-mismatch` for bytes of another format. */
export function decodeWitnessInput(bytes: Uint8Array, compress: Compress): WitnessInput {
  const stored = decodeJson(inflate(bytes));
  if (!isStoredWitnessInput(stored)) {
    throw new CairnError<NodeErrorCode>("node/witness-mismatch", "the prover's input has another format");
  }
  const emptyHashes = emptySubtreeHashes(compress);
  const known = new Map(stored.nodes);
  const nodes: NodeReader = {
    depth: TREE_DEPTH,
    children: (height, position) => {
      const empty = emptyHashes[height - 1] ?? 0n;
      return known.get(nodeKey(height, position)) ?? [empty, empty, empty, empty];
    },
  };
  const { trace, cells, chains, root } = stored;
  return { trace, cells, chains, before: { nodes, root: () => root } };
}

function inflate(bytes: Uint8Array): Uint8Array {
  try {
    return inflateSync(bytes);
  } catch (cause) {
    throw new CairnError<NodeErrorCode>("node/witness-mismatch", "the prover's input is damaged", { cause });
  }
}

function touchedIndices(trace: BlockTrace): Set<number> {
  const indices = new Set<number>();
  for (const { a, b } of trace.slots) {
    indices.add(a.index);
    indices.add(b.index);
  }
  indices.add(0);
  for (const credit of trace.feeCredits) if (credit !== null) indices.add(credit.leaf.index);
  return indices;
}

function isStoredWitnessInput(value: unknown): value is StoredWitnessInput {
  return typeof value === "object" && value !== null && "format" in value && value.format === FORMAT;
}
