import { parentPort } from "node:worker_threads";
import { isCairnError } from "@cairn/protocol";
import type { ThreadAnswer, ThreadMessage } from "./thread.ts";

/** What a thread does. */
export interface ThreadService<Request> {
  readonly handle: (request: Request) => Promise<unknown>;
  /** Gives up what is under way, so that nothing keeps the thread alive. */
  readonly stop?: () => void;
}

/** Makes this worker thread answer: `prepare` runs once. */
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
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const [code, details] = isCairnError(error) ? [error.code, error.details] : [null, {}];
  answer({ id, type: "failed", error: { code, message, stack, details } });
}
