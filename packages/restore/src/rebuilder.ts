import { type Account, type AccountIndex, blockNumber, CairnError, isCairnError } from "@cairn/protocol";
import type { KeyValueChange, StateTree } from "@cairn/state";
import {
  type ChainPosition,
  type FollowedBatch,
  type ReplayedBatch,
  type ReplayedBlock,
  replayBatch,
  type StateReader,
} from "@cairn/vm";
import { asRestoreError, followPublishedBatch } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import type { PublishedBatch } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";
import { type BatchRecord, batchChanges, unfinishedChange } from "./stored-records.ts";

/** Accounts kept decoded between checkpoints. */
const MAX_CACHED_ACCOUNTS = 2 ** 18;

/** What a batch held. */
export interface BatchContent {
  /** L2 transactions that move money to another account. */
  readonly transfers: number;
  readonly withdrawals: number;
  readonly l1Operations: number;
}

/** What was replayed since the last checkpoint. */
export interface Pending {
  readonly batches: number;
  /** Accounts changed or created. */
  readonly accounts: number;
}

/** How the batches since the last checkpoint are written. */
export type CheckpointKind =
  /** So that it can be undone; there must be one. */
  | "undoable"
  /** As one change: states in between cannot be reached any more. */
  | "together";

/**
 * Replays batches on a restored state. The tree is hashed at checkpoints only, for many batches at once: the history
 * already binds what a batch publishes, so a wrong root is noticed at the next checkpoint at the latest.
 */
export interface Rebuilder {
  /** After the last batch added. */
  position(): ChainPosition;
  pending(): Pending;
  /** Replays the next batch, in memory. Throws `restore/batch-mismatch`, `restore/invalid-data`; drop the rebuilder then. */
  add(batch: PublishedBatch): BatchContent;
  /**
   * Hashes what changed, compares the root with that of the last batch, and writes state and batches, durably and all or
   * nothing. Throws `restore/root-mismatch` with nothing written, `state/io`; drop the rebuilder then.
   */
  checkpoint(kind: CheckpointKind): void;
}

/**
 * A rebuilder that continues from the state; one at a time, and nothing else may change the state meanwhile.
 *
 * @example const rebuilder = createRebuilder(restored); rebuilder.add(batch); rebuilder.checkpoint("undoable");
 */
export function createRebuilder(restored: RestoredState): Rebuilder {
  const { tree, compress } = restored;
  const known = new Map<AccountIndex, Account>();
  const changed = new Map<AccountIndex, Account>();
  let position = restored.position();
  let checked = position.batch;
  let records: KeyValueChange[] = [];
  let lastBlocks: readonly ReplayedBlock[] = [];

  const state: StateReader = {
    nextIndex: () => position.nextIndex,
    getAccount: (index) => changed.get(index) ?? known.get(index) ?? load(tree, index),
  };
  const load = ({ getAccount }: StateTree, index: AccountIndex): Account => {
    const account = getAccount(index);
    if (known.size >= MAX_CACHED_ACCOUNTS) known.clear();
    known.set(index, account);
    return account;
  };
  const write = (kind: CheckpointKind): void => {
    const { block, root, nextIndex } = position;
    const options = { expectedRoot: root, records };
    if (kind === "undoable") applyEach(tree, lastBlocks, options);
    else tree.applyBlocks(blockNumber(block), changed, nextIndex, options);
  };

  return {
    position: () => position,
    pending: () => ({ batches: position.batch - checked, accounts: changed.size }),
    add(batch) {
      const followed = followPublishedBatch(position, batch, compress);
      const { updates, blocks } = replay(state, batch, followed, checked + 1);
      for (const [index, account] of updates) changed.set(index, account);
      records.push(...batchChanges(recordOf(batch, followed.position)));
      position = followed.position;
      lastBlocks = blocks;
      return contentOf(blocks);
    },
    checkpoint(kind) {
      const { batch } = position;
      if (batch === checked) return;
      try {
        write(kind);
      } catch (cause) {
        if (!isCairnError(cause, "state/wrong-root") && !isCairnError(cause, "state/invalid-update")) throw cause;
        const firstBatch = checked + 1;
        const which = firstBatch === batch ? `batch ${batch}` : `batches ${firstBatch} … ${batch}`;
        throw restoreError("restore/root-mismatch", `the data of ${which} leads to another root than was proven`, {
          cause,
          details: { firstBatch, lastBatch: batch },
        });
      }
      if (known.size + changed.size > MAX_CACHED_ACCOUNTS) known.clear();
      for (const [index, account] of changed) known.set(index, account);
      changed.clear();
      records = [];
      checked = batch;
    },
  };
}

/**
 * Applies the blocks of a batch one after another, so that each can be undone; the options are for the last one. What a
 * crash leaves of them is undone when the state is opened again.
 */
function applyEach(
  tree: StateTree,
  blocks: readonly ReplayedBlock[],
  { expectedRoot, records }: { readonly expectedRoot: bigint; readonly records: readonly KeyValueChange[] },
): void {
  const before = tree.blockNumber();
  const begun = unfinishedChange(before);
  try {
    blocks.forEach(({ updates, newNextIndex }, i) => {
      const isLast = i === blocks.length - 1;
      const options = isLast ? { expectedRoot, records: [...records, unfinishedChange(null)] } : { records: [begun] };
      tree.applyBlock(blockNumber(before + 1 + i), updates, newNextIndex, options);
    });
  } catch (error) {
    tree.rollbackTo(before);
    throw error;
  }
}

function replay(
  state: StateReader,
  batch: PublishedBatch,
  { blocks, position }: FollowedBatch,
  firstUnchecked: number,
): ReplayedBatch {
  try {
    return replayBatch(state, { ...batch, queueHash: position.queueHash }, blocks);
  } catch (cause) {
    if (!(cause instanceof CairnError) || !cause.code.startsWith("vm/")) throw cause;
    if (cause.code === "vm/batch-mismatch") throw asRestoreError(cause);
    throw restoreError("restore/invalid-data", `batch ${batch.number} cannot follow from the state: ${cause.message}`, {
      cause,
      details: { batch: batch.number, firstUnchecked },
    });
  }
}

function recordOf(batch: PublishedBatch, after: ChainPosition): BatchRecord {
  const { number, header, dataCommitment, origin, payouts } = batch;
  const { chains, queuePosition, queueHash } = after;
  return { number, header, dataCommitment, chains, queuePosition, queueHash, origin, payouts };
}

function contentOf(blocks: readonly ReplayedBlock[]): BatchContent {
  let [transfers, withdrawals, l1Operations] = [0, 0, 0];
  for (const { kinds } of blocks) {
    for (const kind of kinds) {
      if (kind === "transfer" || kind === "transferToNew") transfers++;
      else if (kind === "withdraw") withdrawals++;
      else if (kind !== "noop") l1Operations++;
    }
  }
  return { transfers, withdrawals, l1Operations };
}
