export { readAcceptedBatches2 } from "./2/accepted-batches.ts";
export { type DevRollup2, type DevRollup2Options, startDevRollup2 } from "./2/dev-rollup.ts";
export {
  chainedBlock,
  headerOfClaim,
  proveSoloBatch,
  type SealedBlock2,
  type SoloSubmission,
  sealBlock2,
  soloBinding,
} from "./2/solo-batch.ts";
export { type DevSubmission, sendBatch2 } from "./2/submission.ts";
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
export { type DevNodePlace, devNodeSettings } from "./node-settings.ts";
export { loadProver } from "./prover.ts";
export { proveSealedBlock, readyBatch, type SealedBlock, sealBlock } from "./sealed-block.ts";
