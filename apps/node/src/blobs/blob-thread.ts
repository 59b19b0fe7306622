import type { CommittedBlob } from "@cairn/blobs/format";
import { createRestartingThread } from "../threads/restarting.ts";
import type { BlobMaker, PreparedBlob } from "./blob-maker.ts";

/** A request to the thread. */
export type BlobRequest =
  | { readonly type: "commit"; readonly cells: Uint8Array }
  | { readonly type: "prepare"; readonly cells: Uint8Array; readonly point: bigint }
  | { readonly type: "check"; readonly hash: Uint8Array; readonly blob: Uint8Array }
  | { readonly type: "checkMany"; readonly blobs: readonly CommittedBlob[] };

/** A maker in a separate thread, which starts with the first blob and again if it dies. */
export function createBlobThread(): BlobMaker {
  const thread = createRestartingThread<BlobRequest>("blobs", new URL("./blob-worker.ts", import.meta.url), null);
  const ask = async <Value>(request: BlobRequest): Promise<Value> => (await thread.running()).ask<Value>(request);
  return {
    commit: (cells) => ask<Uint8Array>({ type: "commit", cells }),
    prepare: (cells, point) => ask<PreparedBlob>({ type: "prepare", cells, point }),
    isBlobOf: (hash, blob) => ask<boolean>({ type: "check", hash, blob }),
    areCommitted: (blobs) => ask<boolean>({ type: "checkMany", blobs }),
    stop: thread.stop,
  };
}
