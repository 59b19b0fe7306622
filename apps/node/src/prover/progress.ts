/** Stages of a proof job. */
export const PROOF_STAGES = ["witness", "proof", "storing"] as const;

/** What a prover is working on now. */
export interface ProverProgress {
  /** Id of the proof. */
  readonly proof: number;
  /** The first block that it covers. */
  readonly firstBlock: number;
  /** Name of the circuit; null until it is known. */
  readonly circuit: string | null;
  readonly stage: (typeof PROOF_STAGES)[number];
  readonly startedAtMs: number;
}
