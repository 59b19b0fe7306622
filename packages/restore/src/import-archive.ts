import type { ArchiveReader } from "./archive/reader.ts";
import { batchMismatch } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import { type FeedOptions, feedBatches } from "./feed.ts";
import { identityText, isSameRollup } from "./identity.ts";
import type { L1Access } from "./l1/access.ts";
import {
  type CommitmentReader,
  createCommitmentReader,
  readContractState,
  readFinalizedBatchCount,
  readHead,
} from "./l1/contract-state.ts";
import { batchCommitment, type PublishedBatch } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Replays an archive on a state; batches that the state has already are passed over. With an L1, each batch must be the one that
 * the contract committed to; without, the archive is only as good as its source. Throws `restore/archive-foreign`,
 * `restore/archive-gap`, and as `ArchiveReader.batches`, `feedBatches`.
 */
export async function importArchive(
  restored: RestoredState,
  archive: ArchiveReader,
  access: L1Access | null,
  options: FeedOptions,
): Promise<void> {
  const { batch } = restored.position();
  if (!isSameRollup(archive.identity, restored.identity)) {
    throw restoreError(
      "restore/archive-foreign",
      `the archive is of ${identityText(archive.identity)}, not ${identityText(restored.identity)}`,
    );
  }
  if (archive.start.batch > batch) {
    throw restoreError(
      "restore/archive-gap",
      `the archive begins after batch ${archive.start.batch}, the state stands at ${batch}`,
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
  const commitments = createCommitmentReader(access, batchCount, head.block);
  const settled = await readFinalizedBatchCount(access);
  return feedBatches(restored, committedBatches(later, commitments), settled, options);
}

async function* batchesAfter(batches: AsyncIterable<PublishedBatch>, last: number): AsyncGenerator<PublishedBatch> {
  for await (const batch of batches) if (batch.number > last) yield batch;
}

/** The batches, each of which must be the one that the contract committed to. */
export async function* committedBatches(
  batches: AsyncIterable<PublishedBatch>,
  commitments: CommitmentReader,
): AsyncGenerator<PublishedBatch> {
  for await (const batch of batches) {
    if ((await commitments.of(batch.number)) !== batchCommitment(batch)) {
      throw batchMismatch(batch.number, "commitment", "is not the one that the contract committed to");
    }
    yield batch;
  }
}
