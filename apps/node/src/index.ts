export { type Clock, createManualClock, type ManualClock, systemClock } from "./clock.ts";
export type { NodeErrorCode } from "./errors.ts";
export {
  createFeePolicy,
  type FeePolicy,
  type FeeQuote,
  type FeeSettings,
  type FeeToken,
} from "./sequencer/fee-policy.ts";
export {
  createSequencer,
  type Sequencer,
  type SequencerDeps,
  type SequencerEvent,
  type SequencerSettings,
  type SubmissionOutcome,
} from "./sequencer/sequencer.ts";
export { createSignatureChecker, type SignatureChecker } from "./sequencer/signature-checker.ts";
