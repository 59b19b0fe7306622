import { setTimeout as delay } from "node:timers/promises";
import { STAND_IN_PROVER } from "@cairn/devnet/testing";
import type { NodeDeps } from "@cairn/node";

/** Long enough for a process to be stopped in the middle of a proof. */
const PROOF_MS = 500;

/** Makes stand-in proofs that take a while, as real ones do. */
export const PACED_STAND_IN_PROVER: NodeDeps = {
  ...STAND_IN_PROVER,
  prove: async (circuit, publicInput, _witness, signal) => {
    await delay(PROOF_MS, undefined, { signal });
    return STAND_IN_PROVER.prove(circuit, publicInput);
  },
};
