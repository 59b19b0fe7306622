export {
  accountProofRoot,
  type VerifiedAccount,
  type VerifyOptions,
  verifyAccount,
  type WantedAccount,
} from "./account.ts";
export type { VerifyErrorCode } from "./errors.ts";
export {
  ESCAPE_GAS,
  type EscapeLadder,
  type ExitReadiness,
  type ExitStage,
  escapeCostWei,
  readEscapeLadder,
  readExitReadiness,
} from "./escape.ts";
export { findHoldings, type HeldAccount, type HeldEntry, type Holdings } from "./holdings.ts";
export { type L1Requests, type RollupState, rollupOn, type VerifierL1 } from "./l1.ts";
export { type L1Cost, readL1Cost } from "./l1-cost.ts";
export { type AcceptedBatch, type Liveness, readLiveness } from "./liveness.ts";
export { findBatchOnL1, isCommitted, type SeenOnL1, type WantedOnL1 } from "./on-l1.ts";
export {
  assertShows,
  contentOfReceipt,
  parseReceipt,
  type ShownByReceipt,
  type VerifiedReceipt,
  verifyReceipt,
  type WantedReceipt,
} from "./receipt.ts";
export { type RestoreStateOptions, restoreState, type StateFromL1 } from "./restore.ts";
export { type RollupOnL1, readRollupOnL1 } from "./rollup.ts";
export {
  type Solvency,
  type SolvencyOptions,
  type SolvencyProblem,
  type TokenSolvency,
  verifySolvency,
} from "./solvency.ts";
export { type ClaimedTransaction, verifyTransaction } from "./transaction.ts";
