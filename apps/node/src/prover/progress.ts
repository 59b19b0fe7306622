/** Stages of a proof job. */
export const PROOF_STAGES = ["witness", "proof", "storing"] as const;

/** What a prover is working on now. */
export interface ProverProgress {
  readonly firstBlock: number;
  readonly stage: (typeof PROOF_STAGES)[number];
  readonly startedAtMs: number;
}
