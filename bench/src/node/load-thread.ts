import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { LoadClient, LoadResult } from "./load.ts";
import type { LoadCommand } from "./load-worker.ts";

/** A load client in a separate thread, so that nothing else delays its clock. */
export function createLoadThread(url: string, connections: number): LoadClient {
  const worker = new Worker(new URL("./load-worker.ts", import.meta.url), { workerData: { url, connections } });
  const tell = (command: LoadCommand): void => worker.postMessage(command);
  return {
    add: (requests) => tell({ type: "add", requests }),
    run: async (shape) => {
      tell({ type: "run", shape });
      const [result]: [LoadResult] = (await once(worker, "message")) as [LoadResult];
      return result;
    },
    close: async () => {
      tell({ type: "close" });
      await once(worker, "exit");
    },
  };
}
