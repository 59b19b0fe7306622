import {
  type Account,
  type AccountIndex,
  assertUint,
  type BlockNumber,
  EMPTY_ACCOUNT,
  OWNER_BITS,
  type TokenId,
  TREE_DEPTH,
} from "@cairn/protocol";
import type { KeyValueReader } from "./key-value-store.ts";
import { type NodeReader, proveLeaf } from "./nodes.ts";
import {
  accountRecordKey,
  corrupt,
  decodeAccount,
  decodeChildren,
  decodeCount,
  decodeOwnerEntry,
  nodeRecordKey,
  type OwnerEntry,
  ownerCountKey,
  ownerEntryKey,
} from "./records.ts";
import { assertIndex, type MerkleProof, type NodeChildren } from "./tree-shape.ts";

/** Reads of accounts. All may throw `state/corrupt-store`, `state/io`, `state/store-closed`. */
export interface AccountView {
  /** Index the next created account gets; the number of leaves when the tree is full. */
  nextIndex(): number;
  /** The account at an index, the empty one if unassigned. Throws `state/out-of-range`. */
  getAccount(index: AccountIndex): Account;
  /**
   * Indices of an owner's accounts, all or those in one token, in order of creation. Throws `protocol/out-of-range`.
   */
  findByOwner(owner: bigint, tokenId?: TokenId): AccountIndex[];
  /**
   * An owner's accounts from the index `from` on, in order of creation. Anyone can open accounts for an owner, so the
   * list may be long: entries are read lazily. Throws `protocol/out-of-range`.
   */
  entriesOfOwner(owner: bigint, from?: number): Iterable<OwnerEntry>;
}

/** Reads of the state after one block; throw as those of {@link AccountView}. */
export interface StateView extends AccountView {
  readonly nodes: NodeReader;
  /** The last block in it; 0 is genesis. */
  blockNumber(): BlockNumber;
  root(): bigint;
  /** Throws `state/out-of-range`. */
  prove(index: AccountIndex): MerkleProof;
}

/** A view that keeps its state whatever the tree does later; close it so that the store can reuse its space. */
export interface StateSnapshot extends StateView {
  close(): void;
}

/** The parts of a view. */
export interface ViewSource {
  readonly reader: KeyValueReader;
  readonly nodes: NodeReader;
  readonly head: () => { readonly blockNumber: BlockNumber; readonly root: bigint; readonly nextIndex: number };
  /** Accounts that differ from those of the reader. */
  readonly accounts?: ReadonlyMap<number, Account>;
}

/** Builds the reads of a view from its parts. */
export function createStateView({ reader, nodes, head, accounts }: ViewSource): StateView {
  return {
    ...createAccountView({ reader, nextIndex: () => head().nextIndex, accounts, depth: nodes.depth }),
    nodes,
    blockNumber: () => head().blockNumber,
    root: () => head().root,
    prove: (index) => proveLeaf(nodes, index),
  };
}

/** The parts of a view of accounts. */
export interface AccountViewSource {
  readonly reader: KeyValueReader;
  readonly nextIndex: () => number;
  /** Accounts that differ from those of the reader. */
  readonly accounts?: ReadonlyMap<number, Account> | undefined;
  /** The protocol's TREE_DEPTH if not given. */
  readonly depth?: number;
}

/** Builds the reads of accounts in a store: those below `nextIndex`. */
export function createAccountView({ reader, nextIndex, accounts, depth = TREE_DEPTH }: AccountViewSource): AccountView {
  return {
    nextIndex,
    getAccount(index) {
      assertIndex(index, depth);
      if (index >= nextIndex()) return EMPTY_ACCOUNT;
      return accounts?.get(index) ?? readAccount(reader, index) ?? EMPTY_ACCOUNT;
    },
    findByOwner(owner, tokenId) {
      const found: AccountIndex[] = [];
      for (const entry of readOwnerEntries({ reader, nextIndex }, owner, 0)) {
        if (tokenId === undefined || entry.tokenId === tokenId) found.push(entry.index);
      }
      return found;
    },
    entriesOfOwner: (owner, from = 0) => readOwnerEntries({ reader, nextIndex }, owner, from),
  };
}

function* readOwnerEntries(
  { reader, nextIndex }: Pick<AccountViewSource, "reader" | "nextIndex">,
  owner: bigint,
  from: number,
): Generator<OwnerEntry, void, void> {
  assertUint("owner", owner, OWNER_BITS);
  const count = readOwnerCount(reader, owner);
  const entryAt = (position: number): OwnerEntry => {
    const bytes = reader.get(ownerEntryKey(owner, position));
    if (bytes === undefined) throw corrupt(`entry ${position} of ${count} of an owner is missing`);
    return decodeOwnerEntry(bytes);
  };
  // Indices rise with positions.
  let [position, end] = from === 0 ? [0, 0] : [0, count];
  while (position < end) {
    const middle = Math.floor((position + end) / 2);
    if (entryAt(middle).index < from) position = middle + 1;
    else end = middle;
  }
  for (; position < count; position++) {
    const entry = entryAt(position);
    if (entry.index >= nextIndex()) return;
    yield entry;
  }
}

/** The stored account of an index, undefined where there is none. */
export function readAccount(reader: KeyValueReader, index: number): Account | undefined {
  const bytes = reader.get(accountRecordKey(index));
  return bytes === undefined ? undefined : decodeAccount(bytes);
}

/** Number of stored accounts of an owner. */
export function readOwnerCount(reader: KeyValueReader, owner: bigint): number {
  const bytes = reader.get(ownerCountKey(owner));
  return bytes === undefined ? 0 : decodeCount(bytes);
}

/** The nodes in a store; `emptyHashes` gives the subtrees never written, by height. */
export function storedNodes(reader: KeyValueReader, depth: number, emptyHashes: readonly bigint[]): NodeReader {
  return {
    depth,
    children(height, position) {
      const bytes = reader.get(nodeRecordKey(height, position));
      return bytes === undefined ? emptyChildren(emptyHashes, height) : decodeChildren(bytes);
    },
  };
}

/** The children of an empty node. */
export function emptyChildren(emptyHashes: readonly bigint[], height: number): NodeChildren {
  const empty = emptyHashes[height - 1] ?? 0n;
  return [empty, empty, empty, empty];
}
