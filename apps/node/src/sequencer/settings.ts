import type { Compress } from "@cairn/crypto";
import type { Database } from "@cairn/db";
import type { BlockSize, Domain } from "@cairn/protocol";
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

/** How the sequencer works. */
export interface SequencerSettings {
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  /** A block is sealed at the latest this long after it was opened. */
  readonly blockTimeMs: number;
  /** Transactions must be valid this long when they are confirmed, so that their block can be built again if need be. */
  readonly minValiditySeconds: number;
  readonly nonceWindow: number;
  readonly maxGroupSize: number;
  readonly pool: PoolLimits;
  /** Transactions being checked or written beyond which new ones are refused. */
  readonly maxInFlight: number;
  /** Whose accounts take the fees; null to take none. */
  readonly feeTakers: FeeTakers | null;
}

/** What the sequencer stands on. */
export interface SequencerDeps {
  readonly database: Database;
  readonly keeper: StateKeeper;
  readonly checker: SignatureChecker;
  /** For what was not checked by the workers: restarts, keys that changed in between. */
  readonly verify: VerifySignature;
  readonly compress: Compress;
  readonly feePolicy: FeePolicy;
  readonly rules: BlockRules;
  readonly promises: Promises;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SequencerMetrics;
}
