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
export { proveSealedBlock, readyBatch, type SealedBlock, sealBlock } from "./sealed-block.ts";
