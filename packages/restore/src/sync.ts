import { historyOf } from "@cairn/crypto";
import {
  assertQueueEnd,
  type BlobAccess,
  type ContractState,
  findStart,
  isStillThere,
  type L1Access,
  type L1Block,
  type L1HeadTag,
  l1Error,
  type RangeLimits,
  readContractState,
  readFinalizedBatchCount,
  readFromHint,
  readHead,
} from "@cairn/l1";
import { hexToBytes, isCairnError } from "@cairn/protocol";
import type { QueueAfterArchive } from "./archive/reader.ts";
import { readBatches } from "./batch-stream.ts";
import { findLastCommonSince } from "./compare-batches.ts";
import { restoreError } from "./errors.ts";
import { type FeedOptions, feedBatches } from "./feed.ts";
import { isWhole, type KnownQueue, knownQueue, waitingAt } from "./known-queue.ts";
import { assertQueueHash } from "./queue-check.ts";
import type { RestoredState } from "./restored-state.ts";
import type { WaitingEntry } from "./stored-records.ts";

/** L1 blocks to read again below where the restoration stopped: a reorganisation may have moved events down. */
const OVERLAP_BLOCKS = 64;
/** How many L1 heads may vanish while being read before giving up. */
const MAX_ROUNDS = 8;

/** How {@link syncWithL1} reads. */
export interface SyncOptions extends FeedOptions {
  readonly head: L1HeadTag;
  /** Transactions fetched at a time. */
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
  readonly blobs?: BlobAccess;
  /** What waited in the queue according to an archive; null by default. */
  readonly archivedQueue?: QueueAfterArchive | null;
}

/**
 * Brings the state to the head of L1: goes back to the last batch up to which the contract has all of them, reads the
 * batches after it from events and calldata, replays them, and compares the result with the contract. Starts over with
 * the new head when L1 reorganises meanwhile or more batches have come. Returns the L1 block at which state and
 * contract agree. Throws `restore/history-changed`, `restore/state-mismatch`, and as `readBatches`, `feedBatches`.
 *
 * @example const { block } = await syncWithL1(restored, access, options); // the state is the contract's at this L1 block
 */
export async function syncWithL1(restored: RestoredState, access: L1Access, options: SyncOptions): Promise<L1Block> {
  for (let round = 1; ; round++) {
    const head = await readHead(access, options.head);
    const contract = await readContractState(access, head.block);
    try {
      const waiting = await syncTo(restored, access, { head, contract }, options);
      if (await isStillThere(access, head)) {
        finish(restored, head, contract, waiting);
        if (await isCaughtUp(access, options.head, contract)) return head;
        continue;
      }
    } catch (error) {
      if (!isCairnError(error) || (await isStillThere(access, head))) throw error;
    }
    if (round >= MAX_ROUNDS) throw l1Error("l1/unavailable", "L1 keeps reorganising");
  }
}

/** What the state is brought to. */
interface Target {
  readonly head: L1Block;
  readonly contract: ContractState;
}

async function syncTo(
  restored: RestoredState,
  access: L1Access,
  target: Target,
  options: SyncOptions,
): Promise<readonly WaitingEntry[]> {
  const { contract } = target;
  await goBackToContract(restored, access, target);
  options.meter.begin("l1", contract.batchCount);
  const known = await knownQueue(restored, access, target, options.archivedQueue ?? null);
  // An archive also keeps what became of payouts meanwhile.
  const isAtEnd = known !== null && options.archiveTo === null && isWhole(known, restored.position(), contract);
  const waiting = isAtEnd ? known.waiting : await readFrom(restored, access, target, options, known);
  assertSameState(restored, contract);
  return waiting;
}

/**
 * Reads from where known entries end, or from a block that should suffice, and if events turn out to be missing, from
 * where the rollup began.
 */
async function readFrom(
  restored: RestoredState,
  access: L1Access,
  { head, contract }: Target,
  options: SyncOptions,
  known: KnownQueue | null,
): Promise<readonly WaitingEntry[]> {
  const { concurrency, limits, blobs } = options;
  const settled = await readFinalizedBatchCount(access);
  const read = async (from: number): Promise<readonly WaitingEntry[]> => {
    const after = restored.position();
    const stream = readBatches(access, {
      after,
      waiting: waitingAt(known, after),
      range: { from, to: head.block },
      batchCount: contract.batchCount,
      withSettlements: options.archiveTo !== null,
      ...(blobs === undefined ? {} : { blobs }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(limits === undefined ? {} : { limits }),
    });
    await feedBatches(restored, stream.records, settled, options);
    assertQueueEnd(stream.queue.end(), contract);
    return stream.queue.waiting();
  };
  const hint = known === null ? resumeBlock(restored) : known.l1Block + 1;
  return readFromHint(hint, read, () => {
    const { batch, queuePosition } = restored.position();
    const queueEnd = queuePosition + waitingAt(known, restored.position()).length;
    return findStart(access, { batch, queuePosition: queueEnd }, contract, head.block);
  });
}

function resumeBlock(restored: RestoredState): number | null {
  const { batch } = restored.position();
  if (batch === 0) return null;
  return Math.max(0, restored.batch(batch).origin.resumeBlock - OVERLAP_BLOCKS);
}

/** Undoes all batches from the first one that the contract does not have. */
async function goBackToContract(restored: RestoredState, access: L1Access, { head, contract }: Target): Promise<void> {
  const last = restored.position().batch;
  const oldestBlock = restored.tree.oldestBlock();
  const { batchCount } = contract;
  const comparison = { last: Math.min(last, batchCount), batchCount, block: head.block };
  const common = await findLastCommonSince(restored, access, comparison);
  const isReachable = restored.lastBlockOf(common) >= oldestBlock;
  if (!isReachable && common === batchCount) {
    throw l1Error("l1/unavailable", `the L1 node is behind: it has ${common} batches, the state ${last}`);
  }
  if (!isReachable) {
    const details = { batch: common + 1, oldestBlock };
    const message = `the state includes batch ${common + 1}, which L1 does not have and which cannot be undone`;
    throw restoreError("restore/history-changed", message, { details });
  }
  if (common < last) restored.rollbackTo(common);
  await assertQueueHash(access, restored.position(), head.block);
}

function assertSameState(restored: RestoredState, contract: ContractState): void {
  const { batch, root, nextIndex, chains, queuePosition } = restored.position();
  const history = historyOf(chains, restored.compress);
  const isSame =
    batch === contract.batchCount &&
    root === contract.root &&
    history === contract.history &&
    nextIndex === contract.nextIndex &&
    queuePosition === contract.queueHead;
  if (isSame) return;
  throw restoreError("restore/state-mismatch", `the state after batch ${batch} is not the contract's`, {
    details: {
      root,
      contractRoot: contract.root,
      history,
      contractHistory: contract.history,
      nextIndex,
      contractNextIndex: contract.nextIndex,
    },
  });
}

function finish(
  restored: RestoredState,
  head: L1Block,
  contract: ContractState,
  waiting: readonly WaitingEntry[],
): void {
  restored.finish(
    {
      batch: contract.batchCount,
      queueTail: contract.queueTail,
      l1Block: head.block,
      l1BlockHash: hexToBytes(head.hash, 32),
      l1Timestamp: head.timestamp,
    },
    waiting,
  );
}

async function isCaughtUp(access: L1Access, tag: L1HeadTag, reached: ContractState): Promise<boolean> {
  const { block } = await readHead(access, tag);
  const { batchCount, root } = await readContractState(access, block);
  return batchCount === reached.batchCount && root === reached.root;
}
