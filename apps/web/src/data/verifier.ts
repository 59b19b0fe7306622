import { startWorker } from "../base/trusted.ts";
import { errorOf } from "../workers/failure.ts";
import type { OperationName, Question, Reply, VerifierOperations, VerifierSettings } from "../workers/protocol.ts";
import verifierUrl from "../workers/verifier.ts?worker&url";

/** Checks against L1, in a worker of the page. */
export interface Verifier {
  /** Throws `CairnError` as the functions of `@cairn/verify`. */
  readonly ask: <Name extends OperationName>(
    operation: Name,
    asked: VerifierOperations[Name]["asked"],
  ) => Promise<VerifierOperations[Name]["answer"]>;
}

interface Waiting {
  readonly resolve: (answer: Extract<Reply, { answer: unknown }>["answer"]) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/** A verifier of a rollup through an RPC; all have one worker, which starts with the first question. */
export function startVerifier(settings: VerifierSettings): Verifier {
  return {
    ask: (operation, asked) =>
      new Promise((resolve, reject) => {
        worker ??= start();
        const id = ++lastId;
        // The worker answers what it was asked.
        type Answer = VerifierOperations[typeof operation]["answer"];
        waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject });
        worker.postMessage({ id, settings, operation, asked } as Question);
      }),
  };
}

function start(): Worker {
  const started = startWorker(verifierUrl);
  started.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    const asker = waiting.get(data.id);
    waiting.delete(data.id);
    if (asker === undefined) return;
    if ("answer" in data) asker.resolve(data.answer);
    else asker.reject(errorOf(data.failure));
  });
  started.addEventListener("error", ({ message }) => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new TypeError(message || "the worker has ended"));
    waiting.clear();
  });
  return started;
}
