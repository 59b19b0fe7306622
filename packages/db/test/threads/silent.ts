/** A thread that starts but never answers. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", () => undefined);
parentPort?.postMessage({ id: 0, type: "done", value: null });
