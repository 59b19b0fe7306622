import type { Compress } from "@cairn/crypto";
import {
  type BlobAccess,
  createL1Access,
  type L1Access,
  type L1AccessOptions,
  type L1Block,
  type L1HeadTag,
  type L1Rollup,
  type RangeLimits,
} from "@cairn/l1";
import type { KeyValueStore } from "@cairn/state";
import type { ChainPosition } from "@cairn/vm";
import type { ArchiveTarget } from "./archive/archive-writer.ts";
import type { ArchivedQueue } from "./archive/format.ts";
import { type BatchStorage, createBatchKeeper } from "./archive/kept-batches.ts";
import type { ArchiveSource, QueueAfterArchive } from "./archive/reader.ts";
import { restoreError } from "./errors.ts";
import { type CheckpointLimits, DEFAULT_CHECKPOINT_LIMITS, type FeedOptions } from "./feed.ts";
import type { RollupIdentity } from "./identity.ts";
import { importArchive } from "./import-archive.ts";
import { importKept } from "./import-kept.ts";
import { asL1Gap } from "./l1-gap.ts";
import { createMeter, type OnProgress, type Totals } from "./progress.ts";
import { readIdentity } from "./read-identity.ts";
import { openRestoredState, type RestoredState } from "./restored-state.ts";
import { type SyncOptions, syncWithL1 } from "./sync.ts";

/** What {@link restoreRollup} restores, from where, and how. */
export interface RestoreOptions {
  /** Empty, or left by an earlier run on the same rollup; the caller keeps it open. */
  readonly store: KeyValueStore;
  readonly compress: Compress;
  /** The rollup on L1; null trusts the archives alone. */
  readonly rollup: L1Rollup | null;
  /** Archives, read in this order before L1. */
  readonly archives?: readonly ArchiveSource[];
  /** The archive to which all batches after the state's position are written; null for none. */
  readonly archiveTo?: ArchiveTarget | null;
  /**
   * Keeps the batches that were read, for a run in another process or after a reload; what an earlier run kept there is
   * read first, and checked against L1, without which it is not used.
   */
  readonly kept?: BatchStorage;
  /** "latest" by default. */
  readonly head?: L1HeadTag;
  /** Hash after each batch: slow, but identifies the batch whose data leads to a wrong root. */
  readonly checkEveryBatch?: boolean;
  readonly checkpoints?: CheckpointLimits;
  /** Where the blobs are of batches that no archive has; without, batches in blobs cannot be read from L1. */
  readonly blobs?: BlobAccess;
  /** L1 transactions fetched at a time. */
  readonly concurrency?: number;
  readonly limits?: RangeLimits;
  readonly onProgress?: OnProgress;
  /** How failed reads of L1 are retried. */
  readonly access?: Omit<L1AccessOptions, "signal">;
  readonly signal?: AbortSignal;
  /** Clock in milliseconds from any start; the process's by default. */
  readonly now?: () => number;
}

/** A completely restored state. */
export interface RestoreResult {
  readonly restored: RestoredState;
  readonly position: ChainPosition;
  /** L1 block at which the contract has this state; null without L1, when it was not compared. */
  readonly head: L1Block | null;
  /** What this run replayed. */
  readonly totals: Totals;
}

/**
 * Rebuilds the state of a rollup from what was published: archives first, then L1. Continues where an earlier run on
 * the same store was interrupted. Throws as `openRestoredState`, `importArchive`, `syncWithL1`; `restore/l1-gap` when L1 has
 * forgotten what follows the archives; `restore/bad-option`.
 *
 * @example const { restored, head } = await restoreRollup({ store: createMemoryStore(), compress, rollup });
 */
export async function restoreRollup(options: RestoreOptions): Promise<RestoreResult> {
  const { store, compress, rollup, archives = [], kept, signal, now = () => performance.now() } = options;
  const access =
    rollup === null ? null : createL1Access(rollup, { ...options.access, ...(signal === undefined ? {} : { signal }) });
  const identity = await identityOf(access, archives);
  const restored = openRestoredState({ store, compress, identity });
  const meter = createMeter(options.onProgress ?? (() => {}), now);
  const archiveTo = (await options.archiveTo?.(restored.identity, restored.position())) ?? null;
  const sync: SyncOptions = {
    meter,
    now,
    archiveTo,
    checkpoints: options.checkpoints ?? DEFAULT_CHECKPOINT_LIMITS,
    checkEveryBatch: options.checkEveryBatch ?? false,
    signal: signal ?? null,
    head: options.head ?? "latest",
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.blobs === undefined ? {} : { blobs: options.blobs }),
  };
  const keeper = kept === undefined ? null : createBatchKeeper(kept, now);
  try {
    if (kept !== undefined && access !== null) await importKept(restored, kept, access, sync);
    const feed = keeper === null ? sync : { ...sync, keeper };
    const archivedQueue = await importArchives(restored, archives, access, feed);
    const head = access === null ? null : await syncAfter(restored, access, { ...feed, archivedQueue }, archives);
    await keeper?.flush();
    meter.report();
    await archiveTo?.continueAfter(restored.position());
    await archiveTo?.finish(head === null ? queueAt(restored, archivedQueue) : queueOf(restored, head));
    return { restored, position: restored.position(), head, totals: meter.totals() };
  } catch (error) {
    // What failed is told, not that it cannot be kept either.
    await keeper?.flush().catch(() => undefined);
    await archiveTo?.close();
    throw error;
  }
}

async function syncAfter(
  restored: RestoredState,
  access: L1Access,
  options: SyncOptions,
  archives: readonly ArchiveSource[],
): Promise<L1Block> {
  try {
    return await syncWithL1(restored, access, options);
  } catch (error) {
    if (archives.length === 0) throw error;
    const { batch, queuePosition } = restored.position();
    const known = options.archivedQueue?.batch === batch ? options.archivedQueue.entries.length : 0;
    throw asL1Gap(error, { batch, queueEnd: queuePosition + known });
  }
}

/** Imports archives in order; returns what the last one says about the queue, if it does. */
async function importArchives(
  restored: RestoredState,
  archives: readonly ArchiveSource[],
  access: L1Access | null,
  options: FeedOptions,
): Promise<QueueAfterArchive | null> {
  let queue: QueueAfterArchive | null = null;
  for (const open of archives) {
    const archive = await open();
    await importArchive(restored, archive, access, options);
    queue = archive.waiting();
  }
  return queue;
}

/** What an archive says about the queue, if it says so at the state's position. */
function queueAt(restored: RestoredState, queue: QueueAfterArchive | null): ArchivedQueue | null {
  return queue?.batch === restored.position().batch ? queue : null;
}

/** What waits in the queue as of the L1 block to which the state was brought. */
function queueOf(restored: RestoredState, { block }: L1Block): ArchivedQueue {
  return { l1Block: block, entries: restored.waiting() };
}

async function identityOf(access: L1Access | null, archives: readonly ArchiveSource[]): Promise<RollupIdentity> {
  if (access !== null) return readIdentity(access);
  const [first] = archives;
  if (first === undefined) throw restoreError("restore/bad-option", "neither L1 nor an archive to restore from");
  const archive = await first();
  await archive.close();
  return archive.identity;
}
