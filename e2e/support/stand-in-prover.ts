import { setTimeout as delay } from "node:timers/promises";
import { STAND_IN_PROVER } from "@cairn/devnet/testing";
import type { NodeDeps } from "@cairn/node";

/** Long enough for a process to be stopped in the middle of a proof; tests that do more meanwhile set STAND_IN_PROOF_MS. */
const PROOF_MS = Number(process.env.STAND_IN_PROOF_MS ?? 500);

/** Makes stand-in proofs that take a while, as real ones do. */
export const PACED_STAND_IN_PROVER: NodeDeps = {
  loadCircuit: STAND_IN_PROVER.loadCircuit,
  proveSolo: paced(STAND_IN_PROVER.proveSolo),
  proveBlockClaim: paced(STAND_IN_PROVER.proveBlockClaim),
  proveMerge: paced(STAND_IN_PROVER.proveMerge),
  proveBatch: paced(STAND_IN_PROVER.proveBatch),
};

/** The same after a while, unless it is aborted by then. */
function paced<Circuit, Task, Made>(
  prove: (circuit: Circuit, task: Task) => Promise<Made>,
): (circuit: Circuit, task: Task, options?: { readonly signal?: AbortSignal | undefined }) => Promise<Made> {
  return async (circuit, task, options = {}) => {
    await delay(PROOF_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
    return prove(circuit, task);
  };
}
