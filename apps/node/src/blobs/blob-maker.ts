import { type CommittedBlob, cellsToBlob } from "@cairn/blobs";
import { encodeOpening, encodeSidecar, versionedHash } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { bytesToCells } from "@cairn/protocol";

/** What the transaction of a batch in a blob takes. */
export interface PreparedBlob {
  /** `data` of `submitBatch`, 128 bytes. */
  readonly opening: Uint8Array;
  /** As `encodeSidecar` encodes it. */
  readonly sidecar: Uint8Array;
}

/** Turns the cells of batches into blobs, and checks the blobs of others; everything here takes a second or a part of one. */
export interface BlobMaker {
  /** Versioned hash of the blob with these cells, given as the bytes of `cellsToBytes`. Rejects with `blobs/…`. */
  readonly commit: (cells: Uint8Array) => Promise<Uint8Array>;
  /** Opening at the batch's point, and sidecar. Rejects with `blobs/…`. */
  readonly prepare: (cells: Uint8Array, point: bigint) => Promise<PreparedBlob>;
  /** Whether a blob has this versioned hash. Rejects with `blobs/…` for bytes that are no blob. */
  readonly isBlobOf: (hash: Uint8Array, blob: Uint8Array) => Promise<boolean>;
  /** Whether each blob has its commitment, in little more time for many than for one. Rejects as `isBlobOf`. */
  readonly areCommitted: (blobs: readonly CommittedBlob[]) => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** A maker that works on the caller's thread. */
export async function createBlobMaker(): Promise<BlobMaker> {
  const kzg = await loadSidecarMaker();
  return {
    commit: async (cells) => versionedHash(kzg.commit(cellsToBlob(bytesToCells(cells)))),
    prepare: async (cells, point) => {
      const blob = cellsToBlob(bytesToCells(cells));
      const opening = kzg.open(blob, point);
      return { opening: encodeOpening(opening), sidecar: encodeSidecar(kzg.make(blob, opening.commitment)) };
    },
    isBlobOf: async (hash, blob) => kzg.isBlobOf(hash, blob),
    areCommitted: async (blobs) => kzg.areCommitted(blobs),
    stop: () => Promise.resolve(),
  };
}
