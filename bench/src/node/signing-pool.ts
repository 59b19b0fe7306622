import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SignedRequest, SigningContext } from "./signing.ts";
import type { PlannedRequest } from "./traffic.ts";

/** Input of a signing thread. */
export interface SigningTask {
  readonly chunk: number;
  readonly requests: readonly PlannedRequest[];
  readonly context: Omit<SigningContext, "crypto">;
}

interface SigningResult {
  readonly chunk: number;
  readonly signed: readonly SignedRequest[];
}

const CHUNK = 500;

/** Signs a plan on all cores, in its order. */
export async function signAll(
  plan: readonly PlannedRequest[],
  context: Omit<SigningContext, "crypto">,
  onProgress: (signed: number) => void = () => undefined,
): Promise<SignedRequest[]> {
  const chunks = Array.from({ length: Math.ceil(plan.length / CHUNK) }, (_, i) =>
    plan.slice(i * CHUNK, (i + 1) * CHUNK),
  );
  const results: (readonly SignedRequest[])[] = new Array(chunks.length);
  let next = 0;
  let done = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./signing-worker.ts", import.meta.url));
      const give = (): void => {
        const requests = chunks[next];
        if (requests === undefined) {
          void worker.terminate();
          resolve();
          return;
        }
        worker.postMessage({ chunk: next, requests, context } satisfies SigningTask);
        next++;
      };
      worker.on("error", reject);
      worker.on("message", ({ chunk, signed }: SigningResult) => {
        results[chunk] = signed;
        done += signed.length;
        onProgress(done);
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), chunks.length) }, work));
  return results.flat();
}
