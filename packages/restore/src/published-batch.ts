import type { Chains } from "@cairn/crypto";
import { type BatchHeader, batchCommitment, bytesToHex, type Hex, type Payout, payoutListHash } from "@cairn/protocol";
import type { BatchOnL1 } from "@cairn/vm";

/** Where a batch came from; hints that no state depends on. */
export interface BatchOrigin {
  /** L1 block that holds it. */
  readonly l1Block: number;
  /** 32 bytes. */
  readonly transactionHash: Uint8Array;
  /** L1 block from which on all later batches and all queue entries that this one leaves waiting are found. */
  readonly resumeBlock: number;
}

/** All that was published of a batch, and where. The queue hash follows from its predecessors. */
export interface PublishedBatch extends Omit<BatchOnL1, "queueHash"> {
  /** Of a batch in calldata exactly those that were sent; of one in a blob those behind the last block may be missing. */
  readonly cells: readonly bigint[];
  /** keccak256 of the cells in calldata, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** What the blob's versioned hash is a hash of, 48 bytes; null for a batch in calldata. */
  readonly kzgCommitment: Uint8Array | null;
  /** The chains after it as an archive states them; null when L1 showed the batch. */
  readonly chains: Chains | null;
  readonly origin: BatchOrigin;
}

/** What the contract's commitment to a batch is made of. */
export interface CommittedBatch {
  readonly header: BatchHeader;
  readonly dataCommitment: Uint8Array;
  /** The batch's whole list. */
  readonly payouts: readonly Payout[];
}

/** What the contract stores of a batch, as hex. Throws as `batchCommitment`. */
export function commitmentOf({ header, dataCommitment, payouts }: CommittedBatch): Hex {
  return bytesToHex(batchCommitment(header, dataCommitment, payoutListHash(payouts)));
}
