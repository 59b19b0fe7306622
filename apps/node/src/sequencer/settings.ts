import type { Compress } from "@cairn/crypto";
import type { Database } from "@cairn/db";
import type { Domain, SoloSize } from "@cairn/protocol";
import type { VerifySignature } from "@cairn/vm";
import type { Logger } from "pino";
import type { BlockRules } from "../block-rules.ts";
import type { Clock } from "../clock.ts";
import type { FeeTakers } from "./fee-accounts.ts";
import type { FeePolicy } from "./fee-policy.ts";
import type { SequencerMetrics } from "./metrics.ts";
import type { PoolLimits } from "./pool.ts";
import type { Promises } from "./promises.ts";
import type { SignatureChecker } from "./signature-checker.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** Settings of the sequencer. */
export interface SequencerSettings {
  readonly domain: Domain;
  readonly slotCount: SoloSize;
  /** A block is sealed at most this long after it was opened. */
  readonly blockTimeMs: number;
  /** Transactions must be valid this long when they are confirmed, so that their block can be rebuilt if necessary. */
  readonly minValiditySeconds: number;
  readonly nonceWindow: number;
  readonly maxGroupSize: number;
  readonly pool: PoolLimits;
  /** Transactions being checked or written beyond which new ones are refused. */
  readonly maxInFlight: number;
  /** Whose accounts receive the fees; null for no fees. */
  readonly feeTakers: FeeTakers | null;
}

/** Dependencies of the sequencer. */
export interface SequencerDeps {
  readonly database: Database;
  readonly keeper: StateKeeper;
  readonly checker: SignatureChecker;
  /** For signatures not checked by the workers: after restarts, or keys that changed in between. */
  readonly verify: VerifySignature;
  readonly compress: Compress;
  readonly feePolicy: FeePolicy;
  readonly rules: BlockRules;
  readonly promises: Promises;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SequencerMetrics;
}
