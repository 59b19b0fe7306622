export {
  anvilKey,
  type DeployDevRollupOptions,
  type DeployedDevRollup,
  type DevRollup,
  type DevRollupOptions,
  type DevToken,
  deployDevRollup,
  startDevRollup,
} from "./dev-rollup.ts";
export type { DevnetErrorCode } from "./errors.ts";
export {
  type JoiningCircuits,
  joinedBinding,
  type ProvenJoinedBatch,
  proveJoinedBatch,
} from "./joined-batch.ts";
export { type DevNodePlace, devNodeSettings } from "./node-settings.ts";
export { loadDevCircuit, loadProver } from "./prover.ts";
export {
  chainedBlock,
  type ProvenSoloBatch,
  proveSoloBatch,
  type SealedBlock,
  type SoloSubmission,
  sealBlock,
  soloBinding,
} from "./solo-batch.ts";
