import type { Proof } from "@cairn/circuits";
import { createRestartingThread } from "../threads/restarting.ts";
import type { ProofMaker } from "./proof-maker.ts";
import type { ProofTask } from "./proof-task.ts";
import type { CircuitSource } from "./proving.ts";

/** Settings of the thread. */
export interface ProofThreadOptions extends CircuitSource {
  /** 0 … 19: how much it yields to everything else. */
  readonly nice: number;
}

/** A request to the thread. */
export type ProofRequest =
  | { readonly type: "prepare"; readonly job: number; readonly task: ProofTask }
  | { readonly type: "prove"; readonly job: number }
  | { readonly type: "abort"; readonly job: number };

/**
 * A maker in a separate thread: building and solving witnesses takes seconds of computation, which must not delay
 * answers. The thread and the prover's processes run at a lower priority. It starts with the first task, and restarts
 * if it dies.
 */
export function createProofThread(options: ProofThreadOptions): ProofMaker {
  const thread = createRestartingThread<ProofRequest>("proofs", new URL("./proof-worker.ts", import.meta.url), options);
  let nextJob = 1;
  return {
    prepare: async (task) => {
      const { ask } = await thread.running();
      const job = nextJob++;
      await ask({ type: "prepare", job, task });
      return {
        prove: async (signal) => {
          const abort = (): void => {
            ask({ type: "abort", job }).catch(() => undefined);
          };
          if (signal.aborted) abort();
          else signal.addEventListener("abort", abort, { once: true });
          try {
            return await ask<Proof>({ type: "prove", job });
          } finally {
            signal.removeEventListener("abort", abort);
          }
        },
      };
    },
    stop: thread.stop,
  };
}
