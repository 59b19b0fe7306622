export { type DevRollup, type DevRollupOptions, type DevToken, startDevRollup } from "./dev-rollup.ts";
export type { DevnetErrorCode } from "./errors.ts";
export { loadProver } from "./prover.ts";
export { provenBatch, proveSealedBlock, type SealedBlock, sealBlock } from "./sealed-block.ts";
