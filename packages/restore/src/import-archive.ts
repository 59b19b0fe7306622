import { type L1Access, readContractState, readFinalizedBatchCount, readHead } from "@cairn/l1";
import type { ArchiveReader } from "./archive/reader.ts";
import { batchMismatch, isSamePosition } from "./chain-position.ts";
import { restoreError } from "./errors.ts";
import { type FeedOptions, feedBatches } from "./feed.ts";
import { identityText, isSameRollup } from "./identity.ts";
import { onlyL1Batches } from "./l1-batches.ts";
import { commitmentOf, type PublishedRecord } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Replays an archive on a state; batches that the state already has are skipped. With an L1, each batch must be the one
 * that the contract committed to; without, the archive is only as good as its source, and must agree with the state on
 * the batches that both have. Throws `restore/archive-foreign`, `restore/archive-gap`, `restore/batch-mismatch`, and as
 * `ArchiveReader.batches`, `onlyL1Batches`, `feedBatches`.
 *
 * @example await importArchive(restored, await openArchive(path), null, options);
 */
export async function importArchive(
  restored: RestoredState,
  archive: ArchiveReader,
  access: L1Access | null,
  options: FeedOptions,
): Promise<void> {
  const { start, identity } = archive;
  const { batch } = restored.position();
  if (!isSameRollup(identity, restored.identity)) {
    throw restoreError(
      "restore/archive-foreign",
      `the archive belongs to ${identityText(identity)}, not ${identityText(restored.identity)}`,
    );
  }
  if (start.batch > batch) {
    throw restoreError(
      "restore/archive-gap",
      `the archive begins after batch ${start.batch}, but the state is at batch ${batch}`,
    );
  }
  if (start.batch === batch && !isSamePosition(start, restored.position())) {
    throw batchMismatch(batch, "chains", "is not the one before the archive");
  }
  if (access === null) {
    options.meter.begin("archive", null);
    const later = newRecords(restored, archive, "compared");
    return feedBatches(restored, later, Number.MAX_SAFE_INTEGER, options);
  }
  const { block } = await readHead(access, "latest");
  const { batchCount } = await readContractState(access, block);
  options.meter.begin("archive", batchCount);
  const settled = await readFinalizedBatchCount(access);
  const later = newRecords(restored, archive, "skipped");
  return feedBatches(restored, onlyL1Batches(access, later, { batchCount, block }), settled, options);
}

/**
 * The batches that the state does not have, and what L1 settled after its last one; batches that it has are skipped, or must
 * be the state's own.
 */
async function* newRecords(
  restored: RestoredState,
  { start, records }: ArchiveReader,
  known: "skipped" | "compared",
): AsyncGenerator<PublishedRecord, void, void> {
  const last = restored.position().batch;
  let reached = start.batch;
  for await (const record of records()) {
    if (record.type === "settlements") {
      if (reached >= last) yield record;
      continue;
    }
    const { batch } = record;
    reached = batch.number;
    if (batch.number > last) yield record;
    else if (known === "compared" && commitmentOf(batch) !== commitmentOf(restored.batch(batch.number))) {
      throw batchMismatch(batch.number, "commitment", "is not the one that the state was built from");
    }
  }
}
