import { serve } from "../threads/serve.ts";
import { createBlobMaker } from "./blob-maker.ts";
import type { BlobRequest } from "./blob-thread.ts";

await serve<BlobRequest>(async () => {
  const maker = await createBlobMaker();
  const handle = (request: BlobRequest): Promise<unknown> => {
    switch (request.type) {
      case "commit":
        return maker.commit(request.cells);
      case "prepare":
        return maker.prepare(request.cells, request.point);
      case "check":
        return maker.isBlobOf(request.hash, request.blob);
      case "checkMany":
        return maker.areCommitted(request.blobs);
    }
  };
  return { handle };
});
