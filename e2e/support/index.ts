export { type ApiAnswer, callApi, readApi } from "./api.ts";
export { type AuditOptions, type AuditReport, assertDrained, audit, drain, readOutcome } from "./audit.ts";
export {
  blocksSubmitted,
  expectSeveralBlocks,
  type LoggedBatch,
  payBeyond,
  payInSeveralBlocks,
  readBatches,
  untilSealed,
} from "./batches.ts";
export { type BeaconProxy, startBeaconProxy } from "./beacon-proxy.ts";
export { type Actor, balanceOf, DAY, type Drill, HOUR, openDrill } from "./drill.ts";
export { spikeFees } from "./fee-spike.ts";
export { type Holder, type Holders, personAt, type Terms } from "./holders.ts";
export type { L1, L1Options } from "./l1.ts";
export { deploymentFor } from "./l1.ts";
export type { Broadcast, L1Proxy, Purpose } from "./l1-proxy.ts";
export type { Ledger, SentTransaction, Submission } from "./ledger.ts";
export { type DiskLimit, fileSizeLimit, fullFileSystem, withOpenFiles } from "./limits.ts";
export type { Exit, NodeProcess, NodeUrls, SpawnOptions } from "./node-process.ts";
export type { Outcome } from "./oracle.ts";
export { CACHE_DIR } from "./places.ts";
export { type Population, pay, populate, readMetric } from "./populate.ts";
export { freePort } from "./ports.ts";
export { childrenOf, isAlive, type ProcessInfo } from "./processes.ts";
export { type ProofWatch, startProvers, WITHOUT_PROVER, watchProofs } from "./provers.ts";
export { openRaw, type RawAnswer, rawPost, sendRaw } from "./raw-http.ts";
export { refusal } from "./refusal.ts";
export { DEFAULT_PROOFS, openScene, RUNS_ALL, type Scene, type SceneOptions } from "./scene.ts";
export { type SimulationReport, simulate } from "./simulation.ts";
export { type Supervisor, supervise } from "./supervise.ts";
export { startTap, type Tap, type Tapped } from "./tap.ts";
