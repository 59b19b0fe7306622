export { clientOf } from "./api/rate-limit.ts";
export { NODE_VERSION } from "./api/server.ts";
export { type BatchPlan, batchPlan, earlyPlans, type PlannedProof } from "./batches/plan.ts";
export {
  type BatchDecision,
  type BatchPolicy,
  type BatchPolicySettings,
  type BatchSituation,
  createBatchPolicy,
  type WaitingBlock,
} from "./batches/policy.ts";
export { type Clock, createManualClock, type ManualClock, systemClock } from "./clock.ts";
export { runCommand } from "./command.ts";
export {
  configHelp,
  configMarkdown,
  envExample,
  listSettings,
  loadConfig,
  type NodeConfig,
  type SettingInfo,
} from "./config/config.ts";
export { ROLES } from "./config/process-settings.ts";
export type { Secret } from "./config/setting.ts";
export { CRASH_POINTS, type CrashPoint } from "./crash-points.ts";
export type { NodeErrorCode } from "./errors.ts";
export { createNodeLogger } from "./logger.ts";
export { type CairnNode, createNode, type NodeDeps } from "./node.ts";
export { weightOf } from "./prover/memory.ts";
export type { Proving } from "./prover/proving.ts";
