import type { StoredBlock } from "@cairn/db";

/** What a policy knows when it decides. */
export interface BatchSituation {
  /** Sealed blocks that no batch holds, consecutive, lowest first; there may be more after them. */
  readonly waiting: readonly StoredBlock[];
  readonly nowMs: number;
}

/** Which blocks form batches. */
export interface BatchDecision {
  /** Numbers of blocks of the batches to close now, one batch after another from the first waiting block on. */
  readonly batches: readonly number[];
  /** When to decide about the rest even if no block is sealed until then; null if only a new block can change it. */
  readonly againAtMs: number | null;
}

/** Decides how sealed blocks form batches; pure: the same situation leads to the same decision. */
export type BatchPolicy = (situation: BatchSituation) => BatchDecision;

/** Each block is a batch as soon as it is sealed: the contract of version 1 takes no larger ones. */
export const oneBlockPerBatch: BatchPolicy = ({ waiting }) => ({ batches: waiting.map(() => 1), againAtMs: null });
