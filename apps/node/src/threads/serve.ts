import { parentPort } from "node:worker_threads";
import { isCairnError } from "@cairn/protocol";
import type { ThreadAnswer, ThreadRequest } from "./thread.ts";

/** Makes this worker thread answer: `prepare` runs once and returns what handles requests. */
export async function serve<Request>(prepare: () => Promise<(request: Request) => Promise<unknown>>): Promise<void> {
  try {
    const handle = await prepare();
    parentPort?.on("message", async ({ id, request }: ThreadRequest<Request>) => {
      try {
        answer({ id, type: "done", value: await handle(request) });
      } catch (error) {
        fail(id, error);
      }
    });
    answer({ id: 0, type: "done", value: null });
  } catch (error) {
    fail(0, error);
  }
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}

function fail(id: number, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const [code, details] = isCairnError(error) ? [error.code, error.details] : [null, {}];
  answer({ id, type: "failed", error: { code, message, stack, details } });
}
