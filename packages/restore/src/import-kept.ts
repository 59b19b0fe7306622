import type { L1Access } from "@cairn/l1";
import { isCairnError } from "@cairn/protocol";
import { decodeBatch } from "./archive/format.ts";
import type { BatchStorage } from "./archive/kept-batches.ts";
import type { ArchiveReader } from "./archive/reader.ts";
import { batchMismatch } from "./chain-position.ts";
import type { FeedOptions } from "./feed.ts";
import { importArchive } from "./import-archive.ts";
import { batchesOf, type PublishedRecord } from "./published-batch.ts";
import type { RestoredState } from "./restored-state.ts";

/**
 * Replays the batches of a storage that the state does not have, as far as they are those of the contract; what comes
 * after is forgotten. Throws `l1/…`, and the reason of the signal.
 */
export async function importKept(
  restored: RestoredState,
  storage: BatchStorage,
  access: L1Access,
  options: FeedOptions,
): Promise<void> {
  try {
    await importArchive(restored, keptAfter(restored, storage), access, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isCairnError(error) && error.code.startsWith("l1/")) throw error;
    await storage.write(restored.position().batch + 1, []);
  }
}

/** The batches that a storage has after the state's. */
function keptAfter(restored: RestoredState, storage: BatchStorage): ArchiveReader {
  const start = restored.position();
  const records = async function* (): AsyncGenerator<PublishedRecord, void, void> {
    for (let next = start.batch + 1; ; ) {
      const kept = await storage.read(next);
      if (kept.length === 0) return;
      for (const payload of kept) {
        const batch = decodeBatch(payload);
        if (batch.number !== next) throw batchMismatch(batch.number, "number", `is kept in the place of ${next}`);
        yield { type: "batch", batch };
        next++;
      }
    }
  };
  return {
    identity: restored.identity,
    start,
    records,
    batches: () => batchesOf(records()),
    waiting: () => null,
    close: async () => undefined,
  };
}
