import type { StoredBatch } from "@cairn/db";
import { cellsToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import { type BatchContent, cellsOf } from "../batches/content.ts";
import type { BlobMaker, PreparedBlob } from "./blob-maker.ts";

/** Blobs of batches, prepared ahead of their turn. */
export interface PreparedBlobs {
  /** The blob of a batch; null while it is being prepared. */
  readonly find: (batch: StoredBatch, content: Pick<BatchContent, "blocks">) => PreparedBlob | null;
  /** Forgets all but these batches, by their points. */
  readonly keepOnly: (points: ReadonlySet<bigint>) => void;
}

/** One that is prepared or being prepared. */
interface Entry {
  prepared: PreparedBlob | null;
}

/**
 * Prepares blobs in the background with `maker`, one after another, and calls `onPrepared` after each that is ready. One that
 * fails is tried again when it is asked for, which a caller does in its own time.
 */
export function createPreparedBlobs(deps: {
  readonly maker: BlobMaker;
  readonly logger: Logger;
  readonly onPrepared: () => void;
}): PreparedBlobs {
  const entries = new Map<bigint, Entry>();

  const prepare = async (point: bigint, cells: Uint8Array): Promise<void> => {
    const entry: Entry = { prepared: null };
    entries.set(point, entry);
    try {
      entry.prepared = await deps.maker.prepare(cells, point);
    } catch (error) {
      if (entries.get(point) === entry) entries.delete(point);
      deps.logger.error({ err: error }, "a blob cannot be prepared");
      return;
    }
    deps.onPrepared();
  };

  return {
    find: ({ point }, { blocks }) => {
      const found = entries.get(point);
      if (found === undefined) void prepare(point, cellsToBytes(cellsOf(blocks)));
      return found?.prepared ?? null;
    },
    keepOnly: (points) => {
      for (const point of entries.keys()) if (!points.has(point)) entries.delete(point);
    },
  };
}
