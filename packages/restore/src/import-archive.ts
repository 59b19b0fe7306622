import { type L1Access, readContractState, readFinalizedBatchCount, readHead } from "@cairn/l1";
import type { ArchiveReader } from "./archive/reader.ts";
import { restoreError } from "./errors.ts";
import { type FeedOptions, feedBatches } from "./feed.ts";
import { identityText, isSameRollup } from "./identity.ts";
import { onlyL1Batches } from "./l1-batches.ts";
import type { PublishedBatch } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Replays an archive on a state; batches that the state already has are skipped. With an L1, each batch must be the one
 * that the contract committed to and its queue entries those of the contract; without, the archive is only as good as
 * its source. Throws `restore/archive-foreign`, `restore/archive-gap`, and as `ArchiveReader.batches`, `onlyL1Batches`,
 * `feedBatches`.
 *
 * @example await importArchive(restored, await openArchive(path), null, options);
 */
export async function importArchive(
  restored: RestoredState,
  archive: ArchiveReader,
  access: L1Access | null,
  options: FeedOptions,
): Promise<void> {
  const { batch, queuePosition } = restored.position();
  if (!isSameRollup(archive.identity, restored.identity)) {
    throw restoreError(
      "restore/archive-foreign",
      `the archive belongs to ${identityText(archive.identity)}, not ${identityText(restored.identity)}`,
    );
  }
  if (archive.start.batch > batch) {
    throw restoreError(
      "restore/archive-gap",
      `the archive begins after batch ${archive.start.batch}, but the state is at batch ${batch}`,
    );
  }
  const later = batchesAfter(archive.batches(), batch);
  if (access === null) {
    options.meter.begin("archive", null);
    return feedBatches(restored, later, Number.MAX_SAFE_INTEGER, options);
  }
  const head = await readHead(access, "latest");
  const { batchCount } = await readContractState(access, head.block);
  options.meter.begin("archive", batchCount);
  const settled = await readFinalizedBatchCount(access);
  const checked = onlyL1Batches(access, later, { batchCount, block: head.block, queuePosition });
  return feedBatches(restored, checked, settled, options);
}

async function* batchesAfter(batches: AsyncIterable<PublishedBatch>, last: number): AsyncGenerator<PublishedBatch> {
  for await (const batch of batches) if (batch.number > last) yield batch;
}
