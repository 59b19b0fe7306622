import { CairnError, type MessageWords, type SchnorrSignature } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { createRestartingThread, type RestartingThread } from "../threads/restarting.ts";

const MODULE = new URL("./signature-worker.ts", import.meta.url);

/** A message to hash and a signature to check against the sender's key. */
export interface SignatureTask {
  readonly words: MessageWords;
  readonly signature: SchnorrSignature;
  readonly publicKey: bigint;
}

/** A request to a worker: signatures to check. */
export type SignatureRequest = readonly SignatureTask[];

/** The message hash, which is the transaction's id, and whether the signature is valid for it. */
export interface CheckedSignature {
  readonly id: bigint;
  readonly isValid: boolean;
}

/** Checks signatures in worker threads. */
export interface SignatureChecker {
  /** Rejects with `node/unavailable` when a worker died, `node/stopping` after the stop. */
  readonly check: (task: SignatureTask) => Promise<CheckedSignature>;
  /** Number of tasks not answered yet. */
  readonly backlog: () => number;
  readonly stop: () => Promise<void>;
}

interface Pending {
  readonly task: SignatureTask;
  readonly resolve: (result: CheckedSignature) => void;
  readonly reject: (error: CairnError<NodeErrorCode>) => void;
}

interface SignatureWorker {
  readonly thread: RestartingThread<SignatureRequest>;
  /** Bundles sent but not answered yet. */
  bundles: number;
}

/** Tasks sent to a worker at a time: large enough to hide the overhead, small enough not to delay the first. */
const BUNDLE_SIZE = 32;
/** While a worker has one bundle, a second is worth sending only if it is this large. */
const WORTHWHILE = 8;
const BUNDLES_PER_WORKER = 2;

/** Starts `count` threads. */
export function createSignatureChecker(count: number): SignatureChecker {
  let queue: Pending[] = [];
  let outstanding = 0;
  let isScheduled = false;
  let isStopped = false;
  const workers = Array.from({ length: count }, (): SignatureWorker => {
    const thread = createRestartingThread<SignatureRequest>("signatures", MODULE, null);
    // Ready before the first signature; if it does not start, the first task fails.
    thread.running().catch(() => undefined);
    return { thread, bundles: 0 };
  });

  return {
    check: (task) => {
      if (isStopped) return Promise.reject(stopping());
      return new Promise((resolve, reject) => {
        queue.push({ task, resolve, reject });
        outstanding++;
        schedule();
      });
    },
    backlog: () => outstanding,
    stop: async () => {
      isStopped = true;
      fail(queue, stopping());
      queue = [];
      await Promise.all(workers.map(({ thread }) => thread.stop()));
    },
  };

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      dispatch();
    });
  }

  function dispatch(): void {
    while (queue.length > 0) {
      const [worker] = [...workers].sort((a, b) => a.bundles - b.bundles);
      if (worker === undefined || worker.bundles >= BUNDLES_PER_WORKER) return;
      if (worker.bundles > 0 && queue.length < WORTHWHILE) return;
      const share = Math.min(BUNDLE_SIZE, Math.ceil(queue.length / workers.length));
      const bundle = queue.slice(0, share);
      queue = queue.slice(share);
      void handOver(worker, bundle);
    }
  }

  async function handOver(worker: SignatureWorker, bundle: readonly Pending[]): Promise<void> {
    worker.bundles++;
    try {
      const { ask } = await worker.thread.running();
      const results = await ask<readonly CheckedSignature[]>(bundle.map(({ task }) => task));
      outstanding -= bundle.length;
      for (const [i, { resolve }] of bundle.entries()) {
        const result = results[i];
        if (result !== undefined) resolve(result);
      }
    } catch (cause) {
      fail(bundle, isStopped ? stopping() : new CairnError("node/unavailable", "a signature worker failed", { cause }));
    } finally {
      worker.bundles--;
      dispatch();
    }
  }

  function fail(lost: readonly Pending[], error: CairnError<NodeErrorCode>): void {
    outstanding -= lost.length;
    for (const { reject } of lost) reject(error);
  }
}

function stopping(): CairnError<NodeErrorCode> {
  return new CairnError("node/stopping", "the node is stopping");
}
