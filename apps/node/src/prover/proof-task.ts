import type { BatchCircuit, BatchContent, InnerCircuit, MergeCircuit, SoloCircuit, Submission } from "@cairn/circuits";

/** All that a proof is made from, wherever that happens. */
export type ProofTask = SoloTask | BlockTask | MergeTask | BatchTask;

interface Task {
  /** What the proof must state. */
  readonly publicInputs: readonly bigint[];
}

/** A batch of one block. */
export interface SoloTask extends Task {
  readonly type: "solo";
  readonly circuit: SoloCircuit;
  /** As stored with the block. */
  readonly input: Uint8Array;
  readonly submission: Submission;
}

/** A block under a merge or a batch. */
export interface BlockTask extends Task {
  readonly type: "block";
  readonly circuit: InnerCircuit;
  /** As stored with the block. */
  readonly input: Uint8Array;
}

/** Proofs of consecutive blocks. */
export interface MergeTask extends Task {
  readonly type: "merge";
  readonly circuit: MergeCircuit;
  /** As stored, with claim and key. */
  readonly children: readonly Uint8Array[];
}

/** A batch of blocks that are proven already. */
export interface BatchTask extends Task {
  readonly type: "batch";
  readonly circuit: BatchCircuit;
  /** As stored, with claim and key. */
  readonly children: readonly Uint8Array[];
  readonly content: BatchContent;
  readonly submission: Submission;
}
