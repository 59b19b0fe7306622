export {
  acceptStandInProofs,
  STAND_IN_PROVER,
  STAND_IN_VERIFIER,
  type StandInProver,
  standInProof,
  standInVerifier,
} from "./stand-in-proofs.ts";
export {
  createUnprovenOperator,
  type Fill,
  type PublishOptions,
  type UnprovenBatch,
  type UnprovenBlock,
  type UnprovenOperator,
  type UnprovenOptions,
  type Untruth,
} from "./unproven-operator.ts";
export { type Send, startUnprovenRollup, TEST_CACHE_DIR, type UnprovenRollup } from "./unproven-rollup.ts";
