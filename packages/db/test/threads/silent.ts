/** A thread that starts, and never answers anything. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", () => undefined);
parentPort?.postMessage({ id: 0, type: "done", value: null });
