import { accountHash, type Compress } from "@cairn/crypto";
import {
  type Account,
  type AccountIndex,
  type BlockNumber,
  CairnError,
  EMPTY_ACCOUNT,
  TREE_ARITY,
  TREE_DEPTH,
} from "@cairn/protocol";
import type { StateErrorCode } from "./errors.ts";
import type { OrderedReader } from "./key-value-store.ts";
import { type NodeReader, proveLeaf } from "./nodes.ts";
import { PAST_SUBTREE_HEIGHT, readPastBlocks } from "./past-states.ts";
import {
  corrupt,
  decodeField,
  decodeHead,
  decodeUndoAccount,
  headRecordKey,
  type PastBlocks,
  pastNodeBlock,
  pastNodeKey,
  undoRecordKey,
} from "./records.ts";
import { readAccount, storedNodes } from "./state-view.ts";
import { assertIndex, emptySubtreeHashes, type NodeChildren, type NodeSiblings } from "./tree-shape.ts";

/** An account in the state after a block, with the path that proves it. */
export interface AccountInState {
  /** The empty one where none existed. */
  readonly account: Account;
  /** Per level, leaves first. */
  readonly siblings: readonly NodeSiblings[];
  /** To which they lead, as far as the last step shows. */
  readonly root: bigint;
}

/** Proves accounts in past states of a store that a tree with past states writes. */
export interface PastProver {
  /** Throws `state/corrupt-store`, `state/io`, `state/store-closed`. */
  blocks(): PastBlocks;
  /**
   * An account after a block, at the cost of at most 200 reads and 85 hashes, whatever happened since. Throws
   * `state/wrong-block` for a later block than the last one, `state/beyond-retention` for one before `from`,
   * `state/out-of-range`, and as {@link PastProver.blocks}.
   */
  prove(index: AccountIndex, block: BlockNumber): AccountInState;
}

/** Where past states are read. */
export interface PastProverOptions {
  /** All reads of a proof are made in one turn of the event loop, and must see the same moment. */
  readonly reader: OrderedReader;
  readonly compress: Compress;
  /** Levels below the root; the protocol's TREE_DEPTH if not given. */
  readonly depth?: number;
}

/**
 * Proves accounts after any block that the store still covers; reads, writes nothing.
 *
 * @example createPastProver({ reader: store, compress }).prove(accountIndex(64), blockNumber(7)).account
 */
export function createPastProver({ reader, compress, depth = TREE_DEPTH }: PastProverOptions): PastProver {
  const current = storedNodes(reader, depth, emptySubtreeHashes(compress, depth));
  const blocks = (): PastBlocks => {
    const head = reader.get(headRecordKey());
    if (head === undefined) throw corrupt("the store has no head");
    const to = decodeHead(head, depth).blockNumber;
    const past = readPastBlocks(reader);
    return { from: past?.to === to ? past.from : to, to };
  };
  return {
    blocks,
    prove(index, block) {
      assertIndex(index, depth);
      assertCovered(blocks(), block);
      const past: Past = { reader, block, current, undo: new Map() };
      const account = accountAfter(past, index) ?? readAccount(reader, index) ?? EMPTY_ACCOUNT;
      const nodes = nodesAfter(past, index, compress);
      const { siblings } = proveLeaf(nodes, index);
      return { account, siblings, root: compress(...nodes.children(depth, 0)) };
    },
  };
}

interface Past {
  readonly reader: OrderedReader;
  readonly block: number;
  /** The nodes of the newest state. */
  readonly current: NodeReader;
  /** Undo records read so far, by block: many accounts may have changed in one. */
  readonly undo: Map<number, Uint8Array>;
}

/** The nodes on the path to an index, and beside it, as they were after a block. */
function nodesAfter(past: Past, index: number, compress: Compress): NodeReader {
  const { current } = past;
  const subtree = Math.floor(index / TREE_ARITY ** PAST_SUBTREE_HEIGHT);
  const isUnchanged = changeOf(past, PAST_SUBTREE_HEIGHT, subtree) === undefined;
  const below = isUnchanged ? null : subtreeAfter(past, subtree, compress);
  return {
    depth: current.depth,
    children(height, position) {
      const now = below?.children(height, position) ?? current.children(height, position);
      if (height <= PAST_SUBTREE_HEIGHT) return now;
      const at = (i: number, node: bigint): bigint => {
        const change = changeOf(past, height - 1, TREE_ARITY * position + i);
        return change === undefined ? node : decodeField(change.value);
      };
      return [at(0, now[0]), at(1, now[1]), at(2, now[2]), at(3, now[3])];
    },
  };
}

/** The nodes of a subtree that has changed since, from its leaves; null above it. */
function subtreeAfter(
  past: Past,
  subtree: number,
  compress: Compress,
): { readonly children: (height: number, position: number) => NodeChildren | null } {
  const first = subtree * TREE_ARITY ** PAST_SUBTREE_HEIGHT;
  const levels: bigint[][] = [
    Array.from({ length: TREE_ARITY ** PAST_SUBTREE_HEIGHT }, (_, i) => leafAfter(past, first + i, compress)),
  ];
  const familyOf = (level: readonly bigint[], i: number): NodeChildren => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = level.slice(TREE_ARITY * i, TREE_ARITY * (i + 1));
    return [a, b, c, d];
  };
  for (let height = 1; height < PAST_SUBTREE_HEIGHT; height++) {
    const below = levels[height - 1] ?? [];
    levels.push(Array.from({ length: below.length / TREE_ARITY }, (_, i) => compress(...familyOf(below, i))));
  }
  return {
    children(height, position) {
      const level = levels[height - 1];
      return level === undefined ? null : familyOf(level, position % (level.length / TREE_ARITY));
    },
  };
}

function leafAfter(past: Past, index: number, compress: Compress): bigint {
  const account = accountAfter(past, index);
  if (account !== undefined) return accountHash(account, compress);
  return past.current.children(1, Math.floor(index / TREE_ARITY))[index % TREE_ARITY] ?? 0n;
}

/** The account as it was after the block; undefined if it has not changed since. */
function accountAfter(past: Past, index: number): Account | undefined {
  const change = changeOf(past, 0, index);
  if (change === undefined) return undefined;
  return decodeUndoAccount(undoOf(past, change.block), index) ?? EMPTY_ACCOUNT;
}

function undoOf({ reader, undo }: Past, block: number): Uint8Array {
  const bytes = undo.get(block) ?? reader.get(undoRecordKey(block));
  if (bytes === undefined) throw corrupt(`undo record of block ${block} is missing`);
  undo.set(block, bytes);
  return bytes;
}

/** The first change of a node after the block, with what the node was before. */
function changeOf(
  { reader, block }: Past,
  height: number,
  position: number,
): { readonly block: number; readonly value: Uint8Array } | undefined {
  const wanted = pastNodeKey(height, position, block + 1);
  const found = reader.next(wanted);
  if (found === undefined) return undefined;
  const changed = pastNodeBlock(found.key, wanted);
  return changed === undefined ? undefined : { block: changed, value: found.value };
}

function assertCovered({ from, to }: PastBlocks, block: number): void {
  if (block > to) throw pastError("state/wrong-block", `block ${block} with the tree at block ${to}`);
  if (block < from) throw pastError("state/beyond-retention", `states before block ${from} cannot be proven any more`);
}

function pastError(code: StateErrorCode, message: string): CairnError<StateErrorCode> {
  return new CairnError(code, message);
}
