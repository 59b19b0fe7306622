import { type Account, type AccountIndex, blockNumber, CairnError, isCairnError, type Payout } from "@cairn/protocol";
import type { KeyValueChange, StateTree } from "@cairn/state";
import { type ChainPosition, type ReplayedBlock, replayBatch, type StateReader } from "@cairn/vm";
import { asRestoreError, followBatch } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import type { PublishedBatch } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";
import { type BatchRecord, batchChanges } from "./stored-records.ts";

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
  /** Each of them can be undone; there must be one. */
  | "undoable"
  /** As one change: states in between cannot be reached any more. */
  | "together";

/**
 * Replays batches on a restored state. The tree is hashed at checkpoints only, for many batches at once: the data hash
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
  const { tree } = restored;
  const known = new Map<AccountIndex, Account>();
  const changed = new Map<AccountIndex, Account>();
  let position = restored.position();
  let checked = position.batch;
  let records: KeyValueChange[] = [];

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

  return {
    position: () => position,
    pending: () => ({ batches: position.batch - checked, accounts: changed.size }),
    add(batch) {
      const next = followBatch(position, batch);
      const replayed = replay(state, batch, checked + 1);
      for (const [index, account] of replayed.updates) changed.set(index, account);
      records.push(...batchChanges(recordOf(batch, next, replayed.payouts)));
      position = next;
      return contentOf(replayed);
    },
    checkpoint(kind) {
      const { batch, block, root, nextIndex } = position;
      if (batch === checked) return;
      const apply = kind === "undoable" ? tree.applyBlock : tree.applyBlocks;
      try {
        apply(blockNumber(block), changed, nextIndex, { expectedRoot: root, records });
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

function replay(state: StateReader, batch: PublishedBatch, firstUnchecked: number): ReplayedBlock {
  try {
    return replayBatch(state, batch);
  } catch (cause) {
    if (!(cause instanceof CairnError) || !cause.code.startsWith("vm/")) throw cause;
    if (cause.code === "vm/batch-mismatch") throw asRestoreError(cause);
    throw restoreError("restore/invalid-data", `batch ${batch.number} cannot follow from the state: ${cause.message}`, {
      cause,
      details: { batch: batch.number, firstUnchecked },
    });
  }
}

function recordOf(batch: PublishedBatch, after: ChainPosition, payouts: readonly Payout[]): BatchRecord {
  const { number, header, dataHash, origin } = batch;
  const { queuePosition, queueHash } = after;
  return { number, header, dataHash, queuePosition, queueHash, origin, payouts };
}

function contentOf({ kinds }: ReplayedBlock): BatchContent {
  let [transfers, withdrawals, l1Operations] = [0, 0, 0];
  for (const kind of kinds) {
    if (kind === "transfer" || kind === "transferToNew") transfers++;
    else if (kind === "withdraw") withdrawals++;
    else if (kind !== "noop") l1Operations++;
  }
  return { transfers, withdrawals, l1Operations };
}
