import type { Compress } from "@cairn/crypto";
import { createL1Access } from "@cairn/l1";
import { createArchiveFolder } from "@cairn/restore/node";
import { createArchiver, createArchiverMetrics } from "../archiver/archiver.ts";
import { createStoredBlobs } from "../archiver/stored-blobs.ts";
import type { L1 } from "./l1.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Batches become final minutes after they are accepted, and their blobs are deleted days after. */
const POLL_MS = 60_000;
const MAX_PAUSE_MS = 900_000;

/** Writes every batch that is final on L1 into archives in `dir`. */
export function createArchiverPart(
  context: PartContext,
  dir: string,
  { database }: Storage,
  { rollup }: L1,
  compress: Compress,
): Part {
  return {
    name: "archiver",
    start: async (endings) => {
      const stopping = new AbortController();
      const access = createL1Access(rollup, { signal: stopping.signal });
      // The history that the cells lead to is compared with L1, which says more than a blob's KZG commitment.
      const blobs = { sources: [createStoredBlobs(database)], kzg: { isBlobOf: () => true } };
      // As the watcher decides what is final.
      const { confirmations, finalConfirmations } = context.config;
      const head = confirmations === 0 ? "finalized" : { confirmations: finalConfirmations };
      const archiver = createArchiver({
        folder: createArchiveFolder(access, { dir, compress, blobs, head }),
        pollMs: POLL_MS,
        maxPauseMs: MAX_PAUSE_MS,
        clock: context.clock,
        logger: context.child("archiver"),
        metrics: createArchiverMetrics(context.registry),
      });
      endings.add("archiver", async () => {
        stopping.abort();
        await archiver.stop();
      });
      archiver.start();
    },
  };
}
