/** Opens the LMDB store at workerData and writes the values it is sent under key 1, one after another. */
import { parentPort, workerData } from "node:worker_threads";
import { createLmdbStore } from "../src/lmdb.ts";

const store = createLmdbStore({ path: workerData });
parentPort?.on("message", async (value: number | null) => {
  if (value === null) await store.close();
  else store.write([{ key: Uint8Array.of(1), value: Uint8Array.of(value) }]);
  parentPort?.postMessage("done");
  if (value === null) parentPort?.close();
});
parentPort?.postMessage("open");
