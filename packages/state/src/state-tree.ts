import { accountHash, type Compress } from "@cairn/crypto";
import {
  type Account,
  type AccountIndex,
  accountIndex,
  type BlockNumber,
  blockNumber,
  CairnError,
  FIRST_ACCOUNT_INDEX,
  TREE_ARITY,
  TREE_DEPTH,
} from "@cairn/protocol";
import { validateUpdates } from "./block-update.ts";
import type { StateErrorCode } from "./errors.ts";
import type { KeyValueChange, KeyValueReader, KeyValueStore } from "./key-value-store.ts";
import { type NodeOverlay, type NodeReader, nodeKey, nodePlace, overlayNodes, setLeaves } from "./nodes.ts";
import { ownerIndexAdditions, ownerIndexRemovals } from "./owner-index.ts";
import { createPastRecorder } from "./past-states.ts";
import {
  accountRecordKey,
  corrupt,
  decodeHead,
  decodeUndo,
  encodeAccount,
  encodeChildren,
  encodeHead,
  encodeUndo,
  type Head,
  headRecordKey,
  nodeRecordKey,
  type UndoRecord,
  undoRecordKey,
} from "./records.ts";
import { createStateView, emptyChildren, type StateSnapshot, type StateView, storedNodes } from "./state-view.ts";
import { emptySubtreeHashes, type NodeChildren } from "./tree-shape.ts";

/** Blocks that can be undone unless configured otherwise. */
export const DEFAULT_RETAINED_BLOCKS = 4096;

/** The smallest depth with room for accounts beside the reserved indices. */
const MIN_DEPTH = 4;

/** Heights with at most this many nodes are kept in memory once read. */
const MAX_CACHED_NODES_PER_HEIGHT = TREE_ARITY ** 7;

export interface StateTreeOptions {
  readonly store: KeyValueStore;
  readonly compress: Compress;
  /** How many of the last blocks can be undone or read; DEFAULT_RETAINED_BLOCKS if not given. */
  readonly retainedBlocks?: number;
  /** Levels below the root, MIN_DEPTH … TREE_DEPTH; the protocol's TREE_DEPTH if not given. */
  readonly depth?: number;
  /** Whether accounts can be proven in earlier states ({@link createPastProver}); not by default. */
  readonly pastStates?: boolean;
}

/** How blocks are applied. */
export interface ApplyOptions {
  /** The expected root; with any other, nothing is written. */
  readonly expectedRoot?: bigint;
  /** The caller's own records, written together with the blocks; their keys start with a byte in 0x80 … 0xef. */
  readonly records?: readonly KeyValueChange[];
}

/**
 * The state of the rollup: a tree of accounts that grows block by block, and the only writer of its own records in its
 * store.
 */
export interface StateTree extends StateView {
  /** The oldest block number {@link StateTree.rollbackTo} and {@link StateTree.snapshot} accept. */
  oldestBlock(): BlockNumber;
  /**
   * Applies a block: the accounts it leaves changed or created, and the next index after it. Durable on return, all or
   * nothing; each touched node is hashed once. Returns the new root.
   * Throws `state/wrong-block`, `state/invalid-update`, `state/wrong-root`, `protocol/out-of-range`, `state/io`.
   */
  applyBlock(
    block: BlockNumber,
    updates: ReadonlyMap<AccountIndex, Account>,
    nextIndex: number,
    options?: ApplyOptions,
  ): bigint;
  /**
   * Applies the combined changes of all blocks up to `block`, at least one; otherwise like {@link
   * StateTree.applyBlock}. Earlier states can no longer be reached.
   */
  applyBlocks(
    block: BlockNumber,
    updates: ReadonlyMap<AccountIndex, Account>,
    nextIndex: number,
    options?: ApplyOptions,
  ): bigint;
  /**
   * The states before this block need not be proven any more: their records go with the blocks to come, those of two
   * blocks with each.
   */
  forgetBefore(block: BlockNumber): void;
  /** Undoes all blocks after this one; returns the root. Throws `state/wrong-block`, `state/beyond-retention`. */
  rollbackTo(block: BlockNumber): bigint;
  /**
   * The state after the last block, or after an earlier one at the cost of hashing what changed since. Throws
   * `state/wrong-block`, `state/beyond-retention`.
   */
  snapshot(block?: BlockNumber): StateSnapshot;
  /** Closes the store. */
  close(): Promise<void>;
}

/**
 * Opens the tree in a store, which is initialised with the genesis state if new.
 * Throws `state/incompatible-store`, `state/corrupt-store`, `state/io`, `state/out-of-range`.
 */
export function createStateTree({
  store,
  compress,
  retainedBlocks = DEFAULT_RETAINED_BLOCKS,
  depth = TREE_DEPTH,
  pastStates = false,
}: StateTreeOptions): StateTree {
  assertOption("depth", depth, MIN_DEPTH, TREE_DEPTH);
  assertOption("retainedBlocks", retainedBlocks, 0, Number.MAX_SAFE_INTEGER);
  const emptyHashes = emptySubtreeHashes(compress, depth);
  const cache: NodeOverlay = new Map();
  const nodes = cachedNodes(storedNodes(store, depth, emptyHashes), cache);
  let head = openHead();
  const past = createPastRecorder(store, head, { depth, isOn: pastStates });

  return {
    ...createStateView({ reader: store, nodes, head: () => head }),
    oldestBlock: () => blockNumber(head.oldestUndo - 1),
    applyBlock(block, updates, nextIndex, options = {}) {
      if (block !== head.blockNumber + 1) throw wrongBlock(block);
      const oldestUndo = Math.max(head.oldestUndo, block - retainedBlocks + 1);
      return apply({ blockNumber: block, nextIndex, oldestUndo }, updates, options);
    },
    applyBlocks(block, updates, nextIndex, options = {}) {
      if (block <= head.blockNumber) throw wrongBlock(block);
      return apply({ blockNumber: block, nextIndex, oldestUndo: block + 1 }, updates, options);
    },
    rollbackTo(block) {
      assertReachable(block);
      if (block === head.blockNumber) return head.root;
      const target = gatherUndo(store, block, head.blockNumber);
      const removed: AccountIndex[] = [];
      for (let index = target.nextIndex; index < head.nextIndex; index++) removed.push(accountIndex(index));
      const changed = undoNodes(nodes, target);
      const changes: KeyValueChange[] = [
        ...nodeChanges(changed),
        ...[...target.accounts].map(([index, account]) => ({
          key: accountRecordKey(index),
          value: encodeAccount(account),
        })),
        ...removed.map((index) => ({ key: accountRecordKey(index), value: null })),
        ...ownerIndexRemovals(store, removed),
      ];
      for (let old: number = block + 1; old <= head.blockNumber; old++)
        changes.push({ key: undoRecordKey(old), value: null });
      const next = { ...head, blockNumber: block, root: target.root, nextIndex: target.nextIndex };
      commit(next, changed, [past.onUndo(head, block), changes]);
      return head.root;
    },
    forgetBefore: past.forgetBefore,
    snapshot(block = head.blockNumber) {
      assertReachable(block);
      const reader = store.snapshot();
      try {
        return { ...viewAt(reader, block), close: () => reader.close() };
      } catch (error) {
        reader.close();
        throw error;
      }
    },
    close: () => store.close(),
  };

  function apply(
    next: Omit<Head, "root">,
    updates: ReadonlyMap<AccountIndex, Account>,
    { expectedRoot, records = [] }: ApplyOptions,
  ): bigint {
    records.forEach(assertOwnRecord);
    const replaced = validateUpdates(store, head, updates, next.nextIndex, depth);
    const { root, changed, before } = hashAccounts(nodes, updates);
    if (expectedRoot !== undefined && root !== expectedRoot) {
      throw new CairnError<StateErrorCode>(
        "state/wrong-root",
        `block ${next.blockNumber} leads to root ${root}, expected ${expectedRoot}`,
      );
    }
    const created = [...updates].filter(([index]) => index >= head.nextIndex).sort(([a], [b]) => a - b);
    const changes: KeyValueChange[] = [
      ...nodeChanges(changed),
      ...[...updates].map(([index, account]) => ({ key: accountRecordKey(index), value: encodeAccount(account) })),
      ...ownerIndexAdditions(store, created),
      ...records,
    ];
    if (next.oldestUndo <= next.blockNumber) {
      changes.push({ key: undoRecordKey(next.blockNumber), value: encodeUndo({ ...head, accounts: replaced }) });
    }
    const firstKept = Math.min(next.oldestUndo, head.blockNumber + 1);
    for (let old = head.oldestUndo; old < firstKept; old++) changes.push({ key: undoRecordKey(old), value: null });
    commit({ ...next, root }, changed, [past.onBlock(head, next, { changed, before }), changes]);
    return root;
  }

  function viewAt(reader: KeyValueReader, block: BlockNumber): StateView {
    const stored = storedNodes(reader, depth, emptyHashes);
    if (block === head.blockNumber) {
      const { root, nextIndex } = head;
      return createStateView({ reader, nodes: stored, head: () => ({ blockNumber: block, root, nextIndex }) });
    }
    const { root, nextIndex, accounts } = gatherUndo(reader, block, head.blockNumber);
    const overlay = undoNodes(nodes, { root, nextIndex, accounts });
    return createStateView({
      reader,
      nodes: overlayNodes(stored, overlay),
      accounts,
      head: () => ({ blockNumber: block, root, nextIndex }),
    });
  }

  function openHead(): Head {
    const bytes = store.get(headRecordKey());
    if (bytes !== undefined) {
      const stored = decodeHead(bytes, depth);
      if (compress(...nodes.children(depth, 0)) !== stored.root)
        throw corrupt("the root is not the hash of its children");
      return stored;
    }
    const genesis = {
      blockNumber: blockNumber(0),
      root: emptyHashes[depth] ?? 0n,
      nextIndex: FIRST_ACCOUNT_INDEX,
      oldestUndo: 1,
    };
    store.write([{ key: headRecordKey(), value: encodeHead(genesis, depth) }]);
    return genesis;
  }

  /** Writes changes, in their order, with a new head. */
  function commit(next: Head, changed: NodeOverlay, changes: readonly Iterable<KeyValueChange>[]): void {
    store.write(inTurn(...changes, [{ key: headRecordKey(), value: encodeHead(next, depth) }]));
    past.committed();
    head = next;
    for (const [key, children] of changed) if (isCached(nodePlace(key).height, depth)) cache.set(key, children);
  }

  function hashAccounts(
    base: NodeReader,
    accounts: ReadonlyMap<AccountIndex, Account>,
  ): { root: bigint; changed: NodeOverlay; before: NodeOverlay } {
    if (accounts.size === 0) return { root: head.root, changed: new Map(), before: new Map() };
    const leaves = new Map([...accounts].map(([index, account]) => [index, accountHash(account, compress)]));
    return setLeaves(base, leaves, compress);
  }

  /** The nodes as they were before the blocks of the merged undo record; checks that they give its root. */
  function undoNodes(base: NodeReader, target: UndoRecord): NodeOverlay {
    const leaves = new Map<number, bigint>();
    for (const [index, account] of target.accounts) leaves.set(index, accountHash(account, compress));
    for (let index = target.nextIndex; index < head.nextIndex; index++) leaves.set(index, 0n);
    if (leaves.size === 0) return new Map();
    const { root, changed } = setLeaves(base, leaves, compress);
    if (root !== target.root) throw corrupt("undoing blocks does not lead back to the recorded root");
    return changed;
  }

  function nodeChanges(changed: NodeOverlay): KeyValueChange[] {
    return [...changed].map(([key, children]) => {
      const { height, position } = nodePlace(key);
      const empty = emptyChildren(emptyHashes, height)[0];
      const value = children.every((child) => child === empty) ? null : encodeChildren(children);
      return { key: nodeRecordKey(height, position), value };
    });
  }

  function assertReachable(block: BlockNumber): void {
    if (block > head.blockNumber) throw wrongBlock(block);
    if (block < head.oldestUndo - 1) {
      throw new CairnError<StateErrorCode>(
        "state/beyond-retention",
        `block ${block} is gone; the oldest is ${head.oldestUndo - 1}`,
      );
    }
  }

  function wrongBlock(block: BlockNumber): CairnError<StateErrorCode> {
    return new CairnError("state/wrong-block", `block ${block} with the tree at block ${head.blockNumber}`);
  }
}

function* inTurn(...parts: readonly Iterable<KeyValueChange>[]): Generator<KeyValueChange> {
  for (const part of parts) yield* part;
}

/** What all blocks after `block` replaced, as one record: the state after `block`. */
function gatherUndo(reader: KeyValueReader, block: number, last: number): UndoRecord {
  const accounts = new Map<AccountIndex, Account>();
  let oldest: UndoRecord | undefined;
  for (let undone = last; undone > block; undone--) {
    const bytes = reader.get(undoRecordKey(undone));
    if (bytes === undefined) throw corrupt(`undo record of block ${undone} is missing`);
    oldest = decodeUndo(bytes);
    for (const [index, account] of oldest.accounts) accounts.set(index, account);
  }
  if (oldest === undefined) throw corrupt("no block to undo");
  const { nextIndex, root } = oldest;
  for (const index of accounts.keys()) if (index >= nextIndex) accounts.delete(index);
  return { nextIndex, root, accounts };
}

function cachedNodes(stored: NodeReader, cache: NodeOverlay): NodeReader {
  return {
    depth: stored.depth,
    children(height, position): NodeChildren {
      if (!isCached(height, stored.depth)) return stored.children(height, position);
      const key = nodeKey(height, position);
      let children = cache.get(key);
      if (children === undefined) {
        children = stored.children(height, position);
        cache.set(key, children);
      }
      return children;
    },
  };
}

function isCached(height: number, depth: number): boolean {
  return TREE_ARITY ** (depth - height) <= MAX_CACHED_NODES_PER_HEIGHT;
}

function assertOwnRecord({ key: [tag = 0] }: KeyValueChange): void {
  if (tag < 0x80 || tag > 0xef) throw new CairnError<StateErrorCode>("state/out-of-range", `record with tag ${tag}`);
}

function assertOption(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new CairnError<StateErrorCode>("state/out-of-range", `${name} ${value} is not an integer in ${min} … ${max}`);
  }
}
