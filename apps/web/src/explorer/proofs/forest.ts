import type { RouteResponse } from "@cairn/rpc";

/** A proof as the node shows it. */
export type Proof = RouteResponse<"proofs">["proofs"][number];

/** A proof at its place in a drawing of a tree: columns are blocks, row 1 is what L1 verifies. */
export interface PlacedProof extends Proof {
  /** Column of its first block, from 1. */
  readonly column: number;
  /** Columns that it covers. */
  readonly width: number;
  readonly row: number;
}

/** Proofs that belong together: of one batch, or of blocks for which none is planned yet. */
export interface PlacedTree {
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly rows: number;
  /** From the top, then by blocks. */
  readonly proofs: readonly PlacedProof[];
  /** Whether the last proof is planned: the one that L1 verifies. */
  readonly isWhole: boolean;
}

const LAST_CIRCUITS = /^(?:solo|pair|batch)/;

/** The trees of a list of proofs, by their blocks. */
export function forestOf(proofs: readonly Proof[]): PlacedTree[] {
  const byId = new Map(proofs.map((proof) => [proof.id, proof]));
  const rootOf = (proof: Proof): Proof => {
    const parent = proof.parent === null ? undefined : byId.get(proof.parent);
    return parent === undefined ? proof : rootOf(parent);
  };
  const trees = Map.groupBy(proofs, (proof) => rootOf(proof).id);
  return [...trees.values()].map(treeOf).sort((a, b) => a.firstBlock - b.firstBlock);
}

function treeOf(proofs: readonly Proof[]): PlacedTree {
  const firstBlock = Math.min(...proofs.map((proof) => proof.firstBlock));
  const lastBlock = Math.max(...proofs.map((proof) => proof.lastBlock));
  const heights = heightsOf(proofs);
  const rows = Math.max(...heights.values()) + 1;
  const placed = proofs.map((proof) => ({
    ...proof,
    column: proof.firstBlock - firstBlock + 1,
    width: proof.lastBlock - proof.firstBlock + 1,
    row: rows - (heights.get(proof.id) ?? 0),
  }));
  return {
    firstBlock,
    lastBlock,
    rows,
    proofs: placed.sort((a, b) => a.row - b.row || a.column - b.column),
    isWhole: proofs.some(({ circuit }) => LAST_CIRCUITS.test(circuit)),
  };
}

/** How far each proof is above those that verify no other. */
function heightsOf(proofs: readonly Proof[]): ReadonlyMap<number, number> {
  const children = Map.groupBy(proofs, ({ parent }) => parent);
  const heights = new Map<number, number>();
  const heightOf = ({ id }: Proof): number => {
    const known = heights.get(id);
    if (known !== undefined) return known;
    const height = 1 + Math.max(-1, ...(children.get(id) ?? []).map(heightOf));
    heights.set(id, height);
    return height;
  };
  for (const proof of proofs) heightOf(proof);
  return heights;
}
