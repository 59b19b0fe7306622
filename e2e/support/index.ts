export { type ApiAnswer, callApi, readApi } from "./api.ts";
export { type AuditOptions, type AuditReport, assertDrained, audit, drain } from "./audit.ts";
export { type Holder, type Holders, personAt, type Terms } from "./holders.ts";
export type { L1, L1Options } from "./l1.ts";
export type { Broadcast, L1Proxy, Purpose } from "./l1-proxy.ts";
export type { Ledger, SentTransaction, Submission } from "./ledger.ts";
export type { Exit, NodeProcess, NodeUrls, SpawnOptions } from "./node-process.ts";
export { CACHE_DIR } from "./places.ts";
export { openScene, type Scene, type SceneOptions } from "./scene.ts";
