import { Worker } from "node:worker_threads";
import { CairnError } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** A worker thread that answers requests, possibly several at a time. */
export interface Thread<Request> {
  /**
   * Rejects with what the handler threw, its code and details included, and with `node/unavailable` once the thread has
   * ended.
   */
  readonly ask: <Value>(request: Request) => Promise<Value>;
  readonly hasEnded: () => boolean;
  /** Resolves with `node/unavailable` when the thread has ended, for whatever reason. */
  readonly ended: Promise<CairnError<NodeErrorCode>>;
  /**
   * Asks it to stop and waits until it has; unanswered requests are rejected. A thread that does not stop is cut off.
   */
  readonly stop: () => Promise<void>;
}

/** A message to the thread; the number 0 of a request is the start itself. */
export type ThreadMessage<Request> =
  | { readonly type: "request"; readonly id: number; readonly request: Request }
  | { readonly type: "stop" };

/** An answer on its way. */
export type ThreadAnswer =
  | { readonly id: number; readonly type: "done"; readonly value: unknown }
  | { readonly id: number; readonly type: "failed"; readonly error: ThreadError };

/** An error on its way between threads. */
export interface ThreadError {
  /** Null for errors other than `CairnError`. */
  readonly code: string | null;
  readonly message: string;
  readonly stack: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause: ThreadError | null;
}

/** How long a thread may take to stop before it is cut off. */
const STOP_PATIENCE_MS = 10_000;

/**
 * Starts a module that calls `serve`, and waits until it is ready; `name` is shown by the system. Rejects with what its
 * start threw.
 */
export async function startThread<Request>(
  name: string,
  module: URL,
  data: unknown,
  stopPatienceMs = STOP_PATIENCE_MS,
): Promise<Thread<Request>> {
  const worker = new Worker(module, { name, workerData: data });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 1;
  let ended: CairnError<NodeErrorCode> | null = null;
  const ending = Promise.withResolvers<CairnError<NodeErrorCode>>();

  const end = (cause: unknown): void => {
    ended ??= new CairnError<NodeErrorCode>("node/unavailable", `the node's thread "${name}" has ended`, { cause });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
    ending.resolve(ended);
  };
  worker.on("error", end);
  worker.on("exit", end);
  worker.on("message", (answer: ThreadAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (pending.size === 0) worker.unref();
    if (answer.type === "done") waiting?.resolve(answer.value);
    else waiting?.reject(revive(answer.error));
  });

  const send = (message: ThreadMessage<Request>): void => worker.postMessage(message);

  const expect = (id: number): Promise<unknown> => {
    const waiting = Promise.withResolvers<unknown>();
    // The thread keeps the process alive only while it owes an answer.
    if (pending.size === 0) worker.ref();
    pending.set(id, waiting);
    return waiting.promise;
  };

  try {
    await expect(0);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  function ask<Value>(request: Request): Promise<Value> {
    if (ended !== null) return Promise.reject(ended);
    const id = nextId++;
    const answer = expect(id) as Promise<Value>;
    send({ type: "request", id, request });
    return answer;
  }
  return {
    ask,
    hasEnded: () => ended !== null,
    ended: ending.promise,
    stop: async () => {
      // Cutting off a thread that is using files and processes can crash the whole process, so it is asked first.
      worker.ref();
      send({ type: "stop" });
      const patience = setTimeout(() => void worker.terminate(), stopPatienceMs);
      await ending.promise;
      clearTimeout(patience);
    },
  };
}

function revive({ code, message, stack, details, cause: inner }: ThreadError): Error {
  const cause = inner === null ? {} : { cause: revive(inner) };
  if (code !== null) return new CairnError(code, message, { ...cause, details: { ...details, stack } });
  return Object.assign(new Error(message, cause), { stack });
}
