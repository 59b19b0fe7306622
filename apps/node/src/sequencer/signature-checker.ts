import { Worker } from "node:worker_threads";
import { CairnError, type MessageWords, type SchnorrSignature } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** A message to hash and a signature to check against the sender's key. */
export interface SignatureTask {
  readonly words: MessageWords;
  readonly signature: SchnorrSignature;
  readonly publicKey: bigint;
}

/** The message hash, which is the transaction's id, and whether the signature is valid for it. */
export interface CheckedSignature {
  readonly id: bigint;
  readonly isValid: boolean;
}

/** Checks signatures in worker threads. */
export interface SignatureChecker {
  /** Rejects with `node/unavailable` when a worker died, `node/stopping` after the stop. */
  readonly check: (task: SignatureTask) => Promise<CheckedSignature>;
  /** Tasks not answered yet. */
  readonly backlog: () => number;
  readonly stop: () => Promise<void>;
}

interface Pending {
  readonly task: SignatureTask;
  readonly resolve: (result: CheckedSignature) => void;
  readonly reject: (error: CairnError<NodeErrorCode>) => void;
}

interface WorkerSlot {
  worker: Worker;
  readonly batches: Map<number, readonly Pending[]>;
}

/** Tasks handed to a worker at a time: large enough to hide the hand-over, small enough not to delay the first. */
const BATCH_SIZE = 32;
/** While a worker has one batch, a second one is worth its hand-over only when it is this large. */
const WORTHWHILE = 8;
const BATCHES_PER_WORKER = 2;

/** Starts `workers` threads. */
export function createSignatureChecker(workers: number): SignatureChecker {
  let queue: Pending[] = [];
  let outstanding = 0;
  let nextBatch = 0;
  let isScheduled = false;
  let isStopped = false;
  const slots = Array.from({ length: workers }, (): WorkerSlot => {
    const slot: WorkerSlot = { worker: spawn(), batches: new Map() };
    listen(slot);
    return slot;
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
      const lost = [...queue, ...slots.flatMap(({ batches }) => [...batches.values()].flat())];
      queue = [];
      fail(lost, stopping());
      await Promise.all(slots.map(({ worker }) => worker.terminate()));
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
      const [slot] = [...slots].sort((a, b) => a.batches.size - b.batches.size);
      if (slot === undefined || slot.batches.size >= BATCHES_PER_WORKER) return;
      if (slot.batches.size > 0 && queue.length < WORTHWHILE) return;
      const share = Math.min(BATCH_SIZE, Math.ceil(queue.length / slots.length));
      const batch = queue.slice(0, share);
      queue = queue.slice(share);
      const number = nextBatch++;
      slot.batches.set(number, batch);
      slot.worker.postMessage({ batch: number, tasks: batch.map(({ task }) => task) });
    }
  }

  function listen(slot: WorkerSlot): void {
    const { worker } = slot;
    worker.on("message", ({ batch, results }: { batch: number; results: readonly CheckedSignature[] }) => {
      const pending = slot.batches.get(batch) ?? [];
      slot.batches.delete(batch);
      outstanding -= pending.length;
      for (const [i, { resolve }] of pending.entries()) {
        const result = results[i];
        if (result !== undefined) resolve(result);
      }
      dispatch();
    });
    worker.on("error", (cause) => {
      const lost = [...slot.batches.values()].flat();
      slot.batches.clear();
      fail(lost, new CairnError<NodeErrorCode>("node/unavailable", "a signature worker failed", { cause }));
      if (isStopped) return;
      slot.worker = spawn();
      listen(slot);
      dispatch();
    });
  }

  function fail(lost: readonly Pending[], error: CairnError<NodeErrorCode>): void {
    outstanding -= lost.length;
    for (const { reject } of lost) reject(error);
  }
}

function spawn(): Worker {
  return new Worker(new URL("./signature-worker.ts", import.meta.url), { name: "signatures" });
}

function stopping(): CairnError<NodeErrorCode> {
  return new CairnError("node/stopping", "the node is stopping");
}
