import { type Database, findAcceptedByCommitment } from "@cairn/db";
import type { BlobSource } from "@cairn/l1";
import { bytesToCells } from "@cairn/protocol";
import { cellsOf, loadBatchContent } from "../batches/content.ts";

/**
 * Blobs of accepted batches, made again from what this node stores of them. That they are the ones L1 accepted is for the
 * reader to check: by the history that their cells lead to.
 */
export function createStoredBlobs({ db }: Database): BlobSource {
  return {
    name: "the node's database",
    async find({ versionedHash }) {
      const accepted = await findAcceptedByCommitment(db, versionedHash);
      if (accepted === undefined) return [];
      const loaded = await loadBatchContent(db, accepted);
      const published = accepted.content === null ? null : bytesToCells(accepted.content.cells);
      const cells = published ?? (loaded === null ? null : cellsOf(loaded.blocks));
      if (cells === null) return [];
      // The curve arithmetic takes a fifth of a second to load.
      const { cellsToBlob } = await import("@cairn/blobs");
      return [cellsToBlob(cells)];
    },
  };
}
