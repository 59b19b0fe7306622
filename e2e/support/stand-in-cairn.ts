/**
 * The `cairn` command whose devnet makes and accepts stand-in proofs, and no real ones: for tests in which proofs are
 * not what is tested. The product cannot reach this code.
 */
import { runProcess } from "@cairn/cli";
import { acceptStandInProofs } from "@cairn/devnet/testing";
import { PACED_STAND_IN_PROVER } from "./stand-in-prover.ts";

await runProcess({ devnet: { node: PACED_STAND_IN_PROVER, onDeployed: acceptStandInProofs } });
