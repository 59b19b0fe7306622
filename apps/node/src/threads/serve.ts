import { parentPort } from "node:worker_threads";
import { isCairnError } from "@cairn/protocol";
import type { ThreadAnswer, ThreadError, ThreadMessage } from "./thread.ts";

/** Handler of a thread. */
export interface ThreadService<Request> {
  readonly handle: (request: Request) => Promise<unknown>;
  /** Aborts pending work, so that nothing keeps the thread alive. */
  readonly stop?: () => void;
}

/** Makes this worker thread answer requests; `prepare` runs once. */
export async function serve<Request>(prepare: () => Promise<ThreadService<Request>>): Promise<void> {
  try {
    const { handle, stop } = await prepare();
    parentPort?.on("message", async (message: ThreadMessage<Request>) => {
      if (message.type === "stop") {
        stop?.();
        parentPort?.close();
        return;
      }
      const { id, request } = message;
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
  answer({ id, type: "failed", error: toThreadError(error) });
}

function toThreadError(error: unknown): ThreadError {
  if (!(error instanceof Error))
    return { code: null, message: String(error), stack: undefined, details: {}, cause: null };
  const [code, details] = isCairnError(error) ? [error.code, error.details] : [null, {}];
  const cause = error.cause === undefined ? null : toThreadError(error.cause);
  return { code, message: error.message, stack: error.stack, details, cause };
}
