export {
  acceptStandInProofs,
  STAND_IN_PROVER,
  STAND_IN_VERIFIER,
  standInProof,
} from "./stand-in-proofs.ts";
export { createUnprovenOperator, type SubmittedBlock, type UnprovenOperator } from "./unproven-operator.ts";
export { type Send, startUnprovenRollup, TEST_CACHE_DIR, type UnprovenRollup } from "./unproven-rollup.ts";
