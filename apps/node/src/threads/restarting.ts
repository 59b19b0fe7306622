import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { startThread, type Thread } from "./thread.ts";

/** A thread that is started on first use, and again if it has died. */
export interface RestartingThread<Request> {
  /** The running thread. Rejects with what its start threw, and with `node/stopping` after the stop. */
  readonly running: () => Promise<Thread<Request>>;
  readonly stop: () => Promise<void>;
}

/** A thread that has not started yet; `module` as for `startThread`. */
export function createRestartingThread<Request>(name: string, module: URL, data: unknown): RestartingThread<Request> {
  let thread: Promise<Thread<Request>> | null = null;
  let isStopped = false;
  return {
    running: async () => {
      const latest = thread;
      const found = await latest?.catch(() => null);
      if (isStopped) throw new CairnError<NodeErrorCode>("node/stopping", "the node is stopping");
      if (found != null && !found.hasEnded()) return found;
      // The first caller to find it dead starts it; the others wait for the same one.
      if (thread === null || thread === latest) thread = startThread<Request>(name, module, data);
      return thread;
    },
    stop: async () => {
      isStopped = true;
      const found = await thread?.catch(() => null);
      await found?.stop();
    },
  };
}
