/**
 * The node's command with stand-in proofs, which only an L1 with the stand-in verifier accepts: the node for tests in
 * which proofs are not what is tested. The product cannot reach this code.
 */
import { setTimeout as delay } from "node:timers/promises";
import { STAND_IN_PROVER } from "@cairn/devnet/testing";
import { runCommand } from "@cairn/node";

/** As long as a real proof takes on an idle machine, so that batches follow one another at a realistic pace. */
const PROOF_MS = 2500;

process.exitCode = await runCommand(process.argv.slice(2), process.env, {
  ...STAND_IN_PROVER,
  prove: async (circuit, publicInput, _witness, signal) => {
    await delay(PROOF_MS, undefined, { signal });
    return STAND_IN_PROVER.prove(circuit, publicInput);
  },
});
