import type { ArchiveWriter } from "./archive/archive-writer.ts";
import type { BatchKeeper } from "./archive/kept-batches.ts";
import type { Meter } from "./progress.ts";
import type { PublishedRecord } from "./published-batch.ts";
import { createRebuilder } from "./rebuilder.ts";
import type { RestoredState } from "./restored-state.ts";

/** When a checkpoint is due: whichever comes first. */
export interface CheckpointLimits {
  readonly batches: number;
  /** Accounts changed or created; memory and the length of a checkpoint grow with it. */
  readonly accounts: number;
  readonly ms: number;
}

export const DEFAULT_CHECKPOINT_LIMITS: CheckpointLimits = { batches: 8192, accounts: 2 ** 17, ms: 20_000 };

/** How batches are applied to a state. */
export interface FeedOptions {
  readonly meter: Meter;
  /** In milliseconds from any start. */
  readonly now: () => number;
  readonly checkpoints: CheckpointLimits;
  /** Hash after each batch: slow, but identifies the batch whose data leads to a wrong root. */
  readonly checkEveryBatch: boolean;
  /** Where the records are also written, batches durably before they reach the state. */
  readonly archiveTo: ArchiveWriter | null;
  /** Keeps the batches for another run; none by default. */
  readonly keeper?: BatchKeeper;
  readonly signal: AbortSignal | null;
}

/**
 * Replays all batches among records. Those up to `settled` are final on L1 and written many at a time; later ones one by one, so that
 * each can be undone. When this throws, only what was replayed since the last checkpoint is lost.
 * Throws what the records throw, and as `Rebuilder`, `ArchiveWriter`.
 */
export async function feedBatches(
  restored: RestoredState,
  records: AsyncIterable<PublishedRecord>,
  settled: number,
  options: FeedOptions,
): Promise<void> {
  const { meter, now, checkpoints, archiveTo, keeper } = options;
  const rebuilder = createRebuilder(restored);
  await archiveTo?.continueAfter(restored.position());
  let lastMs = now();

  const isDue = (batch: number): boolean => {
    const pending = rebuilder.pending();
    if (batch === settled || pending.batches >= checkpoints.batches) return true;
    return pending.accounts >= checkpoints.accounts || now() - lastMs >= checkpoints.ms;
  };
  const checkpoint = async (kind: Parameters<typeof rebuilder.checkpoint>[0]): Promise<void> => {
    await archiveTo?.flush();
    rebuilder.checkpoint(kind);
    lastMs = now();
  };

  for await (const record of records) {
    options.signal?.throwIfAborted();
    if (record.type === "settlements") {
      await archiveTo?.settle(record.settlements);
      continue;
    }
    const { batch } = record;
    const content = rebuilder.add(batch);
    await archiveTo?.append(batch, rebuilder.position().chains);
    await keeper?.add(batch, rebuilder.position().chains);
    meter.add(batch.number, content);
    if (batch.number > settled || options.checkEveryBatch) await checkpoint("undoable");
    else if (isDue(batch.number)) await checkpoint("together");
  }
  if (rebuilder.pending().batches > 0) await checkpoint("together");
}
