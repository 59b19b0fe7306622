import type { BlockSize } from "@cairn/protocol";
import type { Machine } from "../machine.ts";

/** What one batch of many blocks cost, from its first transfer to the state rebuilt from L1. */
export interface BatchFigures {
  readonly transfers: number;
  readonly blocks: number;
  /** Of each block. */
  readonly slots: BlockSize;
  /** Where its cells are. */
  readonly da: "blob" | "calldata";
  readonly gates: {
    /** Of one proof of a block. */
    readonly block: number;
    /** Of one merge; 0 when the batch needs none. */
    readonly merge: number;
    /** Of the last proof. */
    readonly batch: number;
    /** Of all proofs together, divided by the transfers. */
    readonly perTransfer: number;
  };
  /** One proof after the other, each with its witness. */
  readonly seconds: {
    readonly blocks: number;
    readonly merges: number;
    readonly batch: number;
    /** From the first transfer in the VM to the receipt, signatures made before. */
    readonly total: number;
  };
  /** Largest resident memory of a prover process; null where the system does not report it. */
  readonly peakBytes: number | null;
  /** Of the transaction that submitted it, from its receipt. */
  readonly l1: {
    readonly gasUsed: number;
    /** Paid apart, in gas of blobs; 0 with calldata. */
    readonly blobGas: number;
    /** Of the whole call. */
    readonly calldataBytes: number;
    /** `gasUsed` divided by the transfers. */
    readonly perTransfer: number;
  };
  /** The state was rebuilt from L1 alone and has the contract's root; a run where it has not fails. */
  readonly restored: true;
}

/** A measured batch, and the cores that it took. */
export type MeasuredBatch = Pick<BatchRun, "batch" | "coreSeconds">;

/** A measured batch, with where and when. */
export interface BatchRun {
  /** ISO 8601. */
  readonly takenAt: string;
  readonly machine: Machine;
  /** Processes that wanted a core, on average over the last quarter of an hour of the run. */
  readonly load: number;
  /**
   * Time of processor cores that the proofs took, which other work on the machine lengthens far less than seconds; null where
   * the system does not report it.
   */
  readonly coreSeconds: Readonly<Record<"blocks" | "merges" | "batch", number>> | null;
  readonly batch: BatchFigures;
}
