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
export { loadProver } from "./prover.ts";
export { provenBatch, proveSealedBlock, type SealedBlock, sealBlock } from "./sealed-block.ts";
