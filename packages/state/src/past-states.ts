import { TREE_ARITY } from "@cairn/protocol";
import type { KeyValueChange, KeyValueReader, KeyValueStore } from "./key-value-store.ts";
import { type NodeOverlay, nodePlace } from "./nodes.ts";
import {
  corrupt,
  decodePastBlocks,
  decodeUndoIndices,
  encodeField,
  encodePastBlocks,
  type Head,
  type PastBlocks,
  pastBlocksKey,
  pastNodeKey,
  undoRecordKey,
} from "./records.ts";

/**
 * Height below which no past nodes are stored but leaves: they are computed from these. A higher one takes less room, and
 * more reads and hashes for each proof (ADR 0032).
 */
export const PAST_SUBTREE_HEIGHT = 3;

/** Blocks of which one block removes the past nodes at most: more than come, and little work. */
const FORGOTTEN_PER_BLOCK = 2;

/** Keeps the records that prove past states; what it returns is to be written with the tree's own changes. */
export interface PastRecorder {
  /** For a block, or for several at once: then `next` does not follow `head`, and no earlier state can be proven. */
  readonly onBlock: (
    head: Head,
    next: Pick<Head, "blockNumber" | "oldestUndo">,
    replaced: ReplacedNodes,
  ) => Iterable<KeyValueChange>;
  /** For undoing the blocks after one; before their undo records go. */
  readonly onUndo: (head: Head, block: number) => Iterable<KeyValueChange>;
  /** The last changes have been written. */
  readonly committed: () => void;
  /** States before this block need not be proven any more. */
  readonly forgetBefore: (block: number) => void;
}

/** Nodes that a block changes, and what they were. */
export interface ReplacedNodes {
  readonly changed: NodeOverlay;
  readonly before: NodeOverlay;
}

/**
 * Keeps past states in a store whose tree stands at `head`, from there on if the store does not have them all; removes
 * those that it has if they are not to be kept. Throws `state/corrupt-store`, `state/io`.
 */
export function createPastRecorder(
  store: KeyValueStore,
  head: Head,
  { depth, isOn }: { readonly depth: number; readonly isOn: boolean },
): PastRecorder {
  const stored = readPastBlocks(store);
  const isUsable = isOn && stored?.to === head.blockNumber;
  if (stored !== undefined && !isUsable) {
    // Written by a version, or with options, that did not keep them up.
    store.write(forget(store, { from: Math.max(stored.from, head.oldestUndo - 1), to: head.blockNumber }, head, depth));
    store.write([{ key: pastBlocksKey(), value: null }]);
  }
  if (!isOn) return NO_RECORDER;
  let written = isUsable ? stored : { from: head.blockNumber, to: head.blockNumber };
  if (!isUsable) store.write([blocksChange(written)]);
  let pending = written;
  let wanted = 0;

  return {
    *onBlock(before, next, replaced) {
      const to = next.blockNumber;
      const from = to === before.blockNumber + 1 ? fromAfter(written.from, wanted, next) : to;
      pending = { from, to };
      yield* forget(store, { from: written.from, to: Math.min(from, before.blockNumber) }, before, depth);
      if (from < to) yield* replacedNodes(to, replaced);
      yield blocksChange(pending);
    },
    *onUndo(before, block) {
      pending = { from: Math.min(written.from, block), to: block };
      yield* forget(store, { from: Math.max(written.from, block), to: before.blockNumber }, before, depth);
      yield blocksChange(pending);
    },
    committed() {
      written = pending;
    },
    forgetBefore(block) {
      wanted = block;
    },
  };
}

const NO_RECORDER: PastRecorder = {
  onBlock: () => [],
  onUndo: () => [],
  committed: () => undefined,
  forgetBefore: () => undefined,
};

/** Blocks whose states can be proven; undefined where past states are not kept. */
export function readPastBlocks(reader: KeyValueReader): PastBlocks | undefined {
  const bytes = reader.get(pastBlocksKey());
  return bytes === undefined ? undefined : decodePastBlocks(bytes);
}

function blocksChange(blocks: PastBlocks): KeyValueChange {
  return { key: pastBlocksKey(), value: encodePastBlocks(blocks) };
}

/** The oldest provable block after the next one: what is not wanted goes step by step, what cannot be removed later at once. */
function fromAfter(
  from: number,
  wanted: number,
  { blockNumber, oldestUndo }: Pick<Head, "blockNumber" | "oldestUndo">,
): number {
  const step = Math.min(wanted, from + FORGOTTEN_PER_BLOCK);
  return Math.min(blockNumber, Math.max(from, step, oldestUndo - 1));
}

/** What a block replaced: leaves, and nodes from the lowest stored height on. */
function* replacedNodes(block: number, { changed, before }: ReplacedNodes): Generator<KeyValueChange> {
  for (const [key, children] of changed) {
    const { height: parent, position } = nodePlace(key);
    const height = parent - 1;
    if (height > 0 && height < PAST_SUBTREE_HEIGHT) continue;
    const old = before.get(key) ?? children;
    for (const [i, child] of children.entries()) {
      const was = old[i] ?? child;
      if (was === child) continue;
      yield { key: pastNodeKey(height, TREE_ARITY * position + i, block), value: encodeField(was) };
    }
  }
}

/**
 * Removes the records of the blocks after `from`, up to `to`. Which nodes a block touched follows from its undo record,
 * which must exist, and the next one's.
 */
function* forget(
  reader: KeyValueReader,
  { from, to }: PastBlocks,
  head: Head,
  depth: number,
): Generator<KeyValueChange> {
  if (from >= to) return;
  let undo = readUndo(reader, from + 1);
  for (let block = from + 1; block <= to; block++) {
    const next = block < head.blockNumber ? readUndo(reader, block + 1) : null;
    const leaves = [...undo.replaced];
    for (let index = undo.nextIndex; index < (next?.nextIndex ?? head.nextIndex); index++) leaves.push(index);
    for (const [height, position] of touched(leaves, depth)) {
      yield { key: pastNodeKey(height, position, block), value: null };
    }
    if (next !== null) undo = next;
  }
}

/** The places of all records that a block with these leaves can have. */
function* touched(leaves: readonly number[], depth: number): Generator<readonly [height: number, position: number]> {
  for (const index of leaves) yield [0, index];
  let level = new Set(leaves.map((index) => Math.floor(index / TREE_ARITY ** PAST_SUBTREE_HEIGHT)));
  for (let height = PAST_SUBTREE_HEIGHT; height < depth; height++) {
    for (const position of level) yield [height, position];
    level = new Set([...level].map((position) => Math.floor(position / TREE_ARITY)));
  }
}

function readUndo(reader: KeyValueReader, block: number): ReturnType<typeof decodeUndoIndices> {
  const bytes = reader.get(undoRecordKey(block));
  if (bytes === undefined) throw corrupt(`undo record of block ${block} is missing`);
  return decodeUndoIndices(bytes);
}
