/**
 * The node's command with stand-in proofs, which only an L1 with the stand-in verifier accepts: the node for tests in
 * which proofs are not what is tested. The product cannot reach this code.
 */
import { runCommand } from "@cairn/node";
import { PACED_STAND_IN_PROVER } from "./stand-in-prover.ts";

process.exitCode = await runCommand(process.argv.slice(2), process.env, PACED_STAND_IN_PROVER);
