/** Stages of a proof job. */
export const PROOF_STAGES = ["witness", "proof", "storing"] as const;

/** What a prover is working on now. */
export interface ProverProgress {
  /** Id of the proof. */
  readonly proof: number;
  /** The first block that it covers. */
  readonly firstBlock: number;
  readonly stage: (typeof PROOF_STAGES)[number];
  readonly startedAtMs: number;
}
