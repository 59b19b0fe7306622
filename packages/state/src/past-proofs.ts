import type { Compress } from "@cairn/crypto";
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
  decodePastNodeKey,
  decodeUndoAccount,
  headRecordKey,
  type PastBlocks,
  pastNodeKey,
  undoRecordKey,
} from "./records.ts";
import { readAccount, storedNodes } from "./state-view.ts";
import { assertIndex, emptySubtreeHashes, type NodeChildren, type NodeSiblings } from "./tree-shape.ts";

const SUBTREE_LEAVES = TREE_ARITY ** PAST_SUBTREE_HEIGHT;

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
   * An account after a block, at the cost of at most 140 reads and 21 hashes, whatever happened since. Throws
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
      const past: Past = { reader, block, current };
      const nodes = nodesAfter(past, index, compress);
      const { siblings } = proveLeaf(nodes, index);
      return { account: accountAfter(past, index), siblings, root: compress(...nodes.children(depth, 0)) };
    },
  };
}

interface Past {
  readonly reader: OrderedReader;
  readonly block: number;
  /** The nodes of the newest state. */
  readonly current: NodeReader;
}

/** What a node was before the first block after {@link Past.block} that changed it. */
interface Change {
  readonly block: number;
  readonly hash: bigint;
}

/** The nodes on the path to an index, and beside it, as they were after a block. */
function nodesAfter(past: Past, index: number, compress: Compress): NodeReader {
  const { current } = past;
  const subtree = Math.floor(index / SUBTREE_LEAVES);
  const isUnchanged = changesOf(past, PAST_SUBTREE_HEIGHT, subtree, 1).size === 0;
  const below = isUnchanged ? null : subtreeAfter(past, subtree, compress);
  return {
    depth: current.depth,
    children(height, position) {
      const now = below?.(height, position) ?? current.children(height, position);
      if (height <= PAST_SUBTREE_HEIGHT) return now;
      const changes = changesOf(past, height - 1, TREE_ARITY * position, TREE_ARITY);
      const at = (i: number, node: bigint): bigint => changes.get(TREE_ARITY * position + i)?.hash ?? node;
      return [at(0, now[0]), at(1, now[1]), at(2, now[2]), at(3, now[3])];
    },
  };
}

/** The nodes of a subtree that has changed since, from its leaves; null above it. */
function subtreeAfter(
  past: Past,
  subtree: number,
  compress: Compress,
): (height: number, position: number) => NodeChildren | null {
  const first = subtree * SUBTREE_LEAVES;
  const changes = changesOf(past, 0, first, SUBTREE_LEAVES);
  const leafAt = (index: number): bigint =>
    changes.get(index)?.hash ?? past.current.children(1, Math.floor(index / TREE_ARITY))[index % TREE_ARITY] ?? 0n;
  const levels: bigint[][] = [Array.from({ length: SUBTREE_LEAVES }, (_, i) => leafAt(first + i))];
  const familyOf = (level: readonly bigint[], i: number): NodeChildren => {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = level.slice(TREE_ARITY * i, TREE_ARITY * (i + 1));
    return [a, b, c, d];
  };
  for (let height = 1; height < PAST_SUBTREE_HEIGHT; height++) {
    const below = levels[height - 1] ?? [];
    levels.push(Array.from({ length: below.length / TREE_ARITY }, (_, i) => compress(...familyOf(below, i))));
  }
  return (height, position) => {
    const level = levels[height - 1];
    return level === undefined ? null : familyOf(level, position % (level.length / TREE_ARITY));
  };
}

/** The account as it was after the block. */
function accountAfter(past: Past, index: number): Account {
  const change = changesOf(past, 0, index, 1).get(index);
  if (change === undefined) return readAccount(past.reader, index) ?? EMPTY_ACCOUNT;
  const undo = past.reader.get(undoRecordKey(change.block));
  if (undo === undefined) throw corrupt(`undo record of block ${change.block} is missing`);
  return decodeUndoAccount(undo, index) ?? EMPTY_ACCOUNT;
}

/** The changes after the block of `count` neighbouring nodes, those that have any; at most as many searches as nodes. */
function changesOf({ reader, block }: Past, height: number, first: number, count: number): ReadonlyMap<number, Change> {
  const changes = new Map<number, Change>();
  for (let at = first; at < first + count; ) {
    const record = reader.next(pastNodeKey(height, at, block + 1));
    const found = record && decodePastNodeKey(record.key);
    if (record === undefined || found?.height !== height || found.position >= first + count) break;
    const isAfter = found.block > block;
    if (isAfter) changes.set(found.position, { block: found.block, hash: decodeField(record.value) });
    // An earlier record of a later node is no change, but there may be one behind it.
    at = isAfter ? found.position + 1 : found.position;
  }
  return changes;
}

function assertCovered({ from, to }: PastBlocks, block: number): void {
  if (block > to) throw pastError("state/wrong-block", `block ${block} with the tree at block ${to}`);
  if (block < from) throw pastError("state/beyond-retention", `states before block ${from} cannot be proven any more`);
}

function pastError(code: StateErrorCode, message: string): CairnError<StateErrorCode> {
  return new CairnError(code, message);
}
