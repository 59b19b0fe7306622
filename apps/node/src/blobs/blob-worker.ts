import { serve } from "../threads/serve.ts";
import { createBlobMaker } from "./blob-maker.ts";
import type { BlobRequest } from "./blob-thread.ts";

await serve<BlobRequest>(async () => {
  const maker = createBlobMaker();
  const handle = (request: BlobRequest): Promise<unknown> =>
    request.type === "commit" ? maker.commit(request.cells) : maker.prepare(request.cells, request.point);
  return { handle };
});
