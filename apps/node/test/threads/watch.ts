import type { Worker } from "node:worker_threads";

/** Runs something, and returns the threads with a name that were started meanwhile. */
export async function threadsStartedBy(name: string, action: () => Promise<unknown>): Promise<readonly Worker[]> {
  const started: Worker[] = [];
  const note = (worker: Worker): void => {
    if (worker.threadName === name) started.push(worker);
  };
  process.on("worker", note);
  try {
    await action();
  } finally {
    process.off("worker", note);
  }
  return started;
}
