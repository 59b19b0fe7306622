import type { Compress } from "@cairn/crypto";
import { blockNumber, createByteCursor } from "@cairn/protocol";
import { createStateTree, genesisRoot, type KeyValueChange, type KeyValueStore, type StateTree } from "@cairn/state";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { restoreError } from "./errors.ts";
import { identityText, isSameRollup, type RollupIdentity } from "./identity.ts";
import {
  type BatchRecord,
  batchEndKey,
  batchKey,
  type ComparedBatches,
  comparedKey,
  decodeBatchRecord,
  decodeCompared,
  decodeEnd,
  decodeIdentity,
  decodeWaiting,
  encodeCompared,
  encodeEnd,
  encodeIdentity,
  encodeWaiting,
  endKey,
  identityKey,
  positionAfter,
  type RestoredEnd,
  unfinishedKey,
  type WaitingEntry,
  waitingKey,
} from "./stored-records.ts";

const NEVER_COMPARED: ComparedBatches = { batch: 0, l1Block: 0, l1BlockHash: new Uint8Array(32) };

/**
 * A state rebuilt from what was published, with the batches it came from. Tree and records are written together, so the
 * store always holds the state after one of the batches.
 */
export interface RestoredState {
  readonly identity: RollupIdentity;
  readonly tree: StateTree;
  readonly compress: Compress;
  position(): ChainPosition;
  /** Throws `restore/not-found` unless 1 ≤ number ≤ position().batch. */
  batch(number: number): BatchRecord;
  /** Where the restoration last finished; null when it was interrupted or never begun, or batches have come since. */
  end(): RestoredEnd | null;
  /** The queue entries that no batch has consumed, as of {@link RestoredState.end}. Throws `restore/incomplete`. */
  waiting(): WaitingEntry[];
  /**
   * Up to where every batch was compared with the contract; null if never. Batches from an archive read without L1, or
   * from an interrupted restoration, do not count.
   */
  compared(): ComparedBatches | null;
  /** Forgets that batches after this one were compared, and an end reached with them. */
  distrustAfter(batch: number): void;
  /** Records that the end was reached with all batches compared, and what is waiting in the queue. */
  finish(end: RestoredEnd, waiting: readonly WaitingEntry[]): void;
  /** The last L2 block of a batch, 0 for batch 0. Throws `restore/not-found`. */
  lastBlockOf(batch: number): number;
  /** Undoes all batches after this one. Throws `restore/not-found`, `state/beyond-retention`. */
  rollbackTo(batch: number): void;
  close(): Promise<void>;
}

/** What {@link openRestoredState} needs. */
export interface RestoredStateOptions {
  readonly store: KeyValueStore;
  readonly compress: Compress;
  /** The rollup to restore; null for the store's own. */
  readonly identity: RollupIdentity | null;
}

/**
 * Opens the restored state in a store, at genesis if the store is new. Throws `restore/foreign-state`;
 * `restore/incomplete` for a new store without identity; and as `createStateTree`.
 *
 * @example const restored = openRestoredState({ store: createLmdbStore({ path }), compress, identity: null });
 */
export function openRestoredState({ store, compress, identity: wanted }: RestoredStateOptions): RestoredState {
  const tree = createStateTree({ store, compress });
  undoUnfinishedBatch(store, tree);
  const identity = openIdentity(store, tree, wanted);
  const genesis = genesisPosition(genesisRoot(compress));

  const lastBatch = (): number => lastBatchOf(store, tree);
  const batch = (number: number): BatchRecord => {
    const bytes = number >= 1 && number <= lastBatch() ? store.get(batchKey(number)) : undefined;
    if (bytes === undefined) throw restoreError("restore/not-found", `batch ${number} is not in the restored state`);
    return decodeBatchRecord(number, bytes);
  };
  const lastBlockOf = (number: number): number => (number === 0 ? 0 : Number(batch(number).header.lastBlock));
  const storedEnd = (): RestoredEnd | null => {
    const bytes = store.get(endKey());
    return bytes === undefined ? null : decodeEnd(bytes);
  };
  const compared = (): ComparedBatches | null => {
    const bytes = store.get(comparedKey());
    return bytes === undefined ? null : decodeCompared(bytes);
  };
  const end = (): RestoredEnd | null => {
    const stored = storedEnd();
    if (stored?.batch !== lastBatch()) return null;
    // Batches may have been undone and replaced by others without L1.
    return stored.batch > (compared()?.batch ?? stored.batch) ? null : stored;
  };
  const position = (): ChainPosition => {
    const number = lastBatch();
    return number === 0 ? genesis : positionAfter(batch(number));
  };

  const distrustAfter = (number: number): void => {
    const known = compared() ?? NEVER_COMPARED;
    const lowered: ComparedBatches = { ...known, batch: Math.min(known.batch, number) };
    store.write([{ key: comparedKey(), value: encodeCompared(lowered) }]);
  };

  return {
    identity,
    tree,
    compress,
    position,
    batch,
    end,
    compared,
    lastBlockOf,
    distrustAfter,
    waiting() {
      const reached = end();
      if (reached === null) throw restoreError("restore/incomplete", "the restoration has not finished");
      const { queuePosition } = position();
      return Array.from({ length: reached.queueTail - queuePosition }, (_, i) => {
        const bytes = store.get(waitingKey(queuePosition + i));
        if (bytes !== undefined) return decodeWaiting(queuePosition + i, bytes);
        throw restoreError("restore/not-found", `queue entry ${queuePosition + i} is not in the restored state`);
      });
    },
    finish(reached, waiting) {
      const previous = storedEnd();
      const changes: KeyValueChange[] = [];
      const first = previous === null ? 0 : positionOf(previous.batch);
      for (let old = first; old < (previous?.queueTail ?? 0); old++) {
        changes.push({ key: waitingKey(old), value: null });
      }
      for (const entry of waiting) changes.push({ key: waitingKey(entry.position), value: encodeWaiting(entry) });
      changes.push({ key: endKey(), value: encodeEnd(reached) });
      store.write([...changes, { key: comparedKey(), value: encodeCompared(reached) }]);
    },
    rollbackTo(number) {
      // Before the batches are undone: others may take their numbers.
      const block = blockNumber(lastBlockOf(number));
      distrustAfter(number);
      tree.rollbackTo(block);
    },
    close: () => tree.close(),
  };

  /** First entry waiting after a batch; 0 when the batch has been undone since. */
  function positionOf(number: number): number {
    return number === 0 || number > lastBatch() ? 0 : batch(number).queuePosition;
  }
}

/** The batch after which the tree stands, 0 at genesis. Throws `restore/foreign-state` when it stands after none. */
function lastBatchOf(store: KeyValueStore, tree: StateTree): number {
  const block = tree.blockNumber();
  const number = findBatchEnd(store, block);
  if (number !== undefined) return number;
  throw restoreError(
    "restore/foreign-state",
    "the store holds a state that was not restored here, or that was changed since",
  );
}

/** The batch that ends with a block, 0 for block 0; undefined if none does. */
function findBatchEnd(store: KeyValueStore, block: number): number | undefined {
  if (block === 0) return 0;
  const named = store.get(batchEndKey(block));
  return named === undefined ? undefined : createByteCursor(named).safe64();
}

/** Undoes the blocks of a batch whose later ones a crash kept from being written. */
function undoUnfinishedBatch(store: KeyValueStore, tree: StateTree): void {
  const before = store.get(unfinishedKey());
  if (before === undefined || findBatchEnd(store, tree.blockNumber()) !== undefined) return;
  tree.rollbackTo(blockNumber(createByteCursor(before).safe64()));
}

function openIdentity(store: KeyValueStore, tree: StateTree, wanted: RollupIdentity | null): RollupIdentity {
  const bytes = store.get(identityKey());
  lastBatchOf(store, tree);
  if (bytes !== undefined) {
    const stored = decodeIdentity(bytes);
    if (wanted === null || isSameRollup(stored, wanted)) return stored;
    throw restoreError("restore/foreign-state", `the store holds ${identityText(stored)}, not ${identityText(wanted)}`);
  }
  if (wanted === null) throw restoreError("restore/incomplete", "nothing has been restored into this store");
  store.write([{ key: identityKey(), value: encodeIdentity(wanted) }]);
  return wanted;
}
