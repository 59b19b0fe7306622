import { accountHash, type Compress } from "@cairn/crypto";
import { blockNumber, EMPTY_ACCOUNT, TREE_ARITY, TREE_DEPTH } from "@cairn/protocol";
import {
  createMemoryStore,
  createStateTree,
  emptySubtreeHashes,
  type NodeReader,
  type StateTree,
  type WorkingTreeBase,
} from "@cairn/state";
import type { StateReader } from "@cairn/vm";
import type { StateInput } from "./reference-model.ts";

/** A state held in maps that a working tree can start from, with accounts at any indices. */
export interface SparseState extends StateReader, WorkingTreeBase {}

/** The state with just these accounts; unlike the state tree it allows gaps below nextIndex. */
export function createSparseState({ accounts, nextIndex }: StateInput, compress: Compress): SparseState {
  const empty = emptySubtreeHashes(compress);
  const levels = [
    new Map([...accounts].map(([index, account]): [number, bigint] => [index, accountHash(account, compress)])),
  ];
  for (let height = 1; height <= TREE_DEPTH; height++) {
    const below = levels[height - 1] ?? new Map<number, bigint>();
    const positions = new Set([...below.keys()].map((position) => Math.floor(position / TREE_ARITY)));
    levels.push(new Map([...positions].map((position) => [position, compress(...childrenOf(height, position))])));
  }
  const nodes: NodeReader = { depth: TREE_DEPTH, children: childrenOf };
  return {
    nodes,
    root: () => hashAt(TREE_DEPTH, 0),
    nextIndex: () => nextIndex,
    getAccount: (index) => accounts.get(index) ?? EMPTY_ACCOUNT,
  };

  function hashAt(height: number, position: number): bigint {
    return levels[height]?.get(position) ?? empty[height] ?? 0n;
  }

  function childrenOf(height: number, position: number): [bigint, bigint, bigint, bigint] {
    const first = position * TREE_ARITY;
    const below = height - 1;
    return [hashAt(below, first), hashAt(below, first + 1), hashAt(below, first + 2), hashAt(below, first + 3)];
  }
}

/** A state of accounts without any tree, for tests of the VM alone. */
export function createPlainState({ accounts, nextIndex }: StateInput): StateReader {
  return { nextIndex: () => nextIndex, getAccount: (index) => accounts.get(index) ?? EMPTY_ACCOUNT };
}

/**
 * A state tree in memory at block 1 with these accounts, which must be assigned without gaps from index 64 on.
 * Throws `state/invalid-update`.
 */
export function createFundedTree(state: StateInput, compress: Compress): StateTree {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  tree.applyBlock(blockNumber(1), state.accounts, state.nextIndex);
  return tree;
}
