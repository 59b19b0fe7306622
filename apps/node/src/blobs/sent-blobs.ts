import { decodeSidecar } from "@cairn/blobs/format";
import { type Database, findL1SidecarOfBlob } from "@cairn/db";
import type { BlobSource } from "@cairn/l1";

/**
 * Blobs of this node's own transactions, until these are final: a reorg or a rebuild can make a batch that it has sent one
 * of others.
 */
export function createSentBlobs({ db }: Pick<Database, "db">): BlobSource {
  return {
    name: "this node's transactions",
    async find({ versionedHash }) {
      const sidecar = await findL1SidecarOfBlob(db, versionedHash);
      if (sidecar === undefined) return [];
      return [decodeSidecar(sidecar).blob];
    },
  };
}
