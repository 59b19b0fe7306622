import { type BlockSize, blockCapacity, TREE_DEPTH } from "@cairn/protocol";

/** Sizes of one block circuit, as its crate in noir/ fixes them. */
export interface CircuitShape {
  readonly slots: BlockSize;
  readonly capacity: number;
  /** Depth of the nodes that the circuit keeps in memory: 4^depth of them. */
  readonly subrootDepth: number;
  /** Tree levels below those nodes, hashed for every update. */
  readonly levels: number;
}

const SUBROOT_DEPTH = { 16: 3, 64: 4, 256: 5, 1024: 6 } as const satisfies Record<BlockSize, number>;

/** Sizes of the circuit of a block of `slots` slots. */
export function circuitShape(slots: BlockSize): CircuitShape {
  const subrootDepth = SUBROOT_DEPTH[slots];
  return { slots, capacity: blockCapacity(slots), subrootDepth, levels: TREE_DEPTH - subrootDepth };
}
