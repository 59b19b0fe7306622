import type { Chains } from "@cairn/crypto";
import { type BatchHeader, batchCommitment, bytesToHex, type Hex, type Payout, payoutListHash } from "@cairn/protocol";
import type { BatchOnL1 } from "@cairn/vm";

/** Where something is on L1. Once L1 has forgotten it, an archive's word for it: nothing about money depends on it. */
export interface L1Origin {
  readonly l1Block: number;
  /** Of that block, 32 bytes. */
  readonly l1BlockHash: Uint8Array;
  /** 32 bytes. */
  readonly transactionHash: Uint8Array;
}

/** Where a batch came from, and who sent it; as {@link L1Origin}. */
export interface BatchOrigin extends L1Origin {
  /** Of the L1 block, seconds. The contract accepts a batch only between two times that its header names. */
  readonly l1Timestamp: number;
  /** L1 block from which on all later batches and all queue entries that this one leaves waiting are found. */
  readonly resumeBlock: number;
  readonly submitter: bigint;
}

/** What L1 did with one payout of a batch; as {@link L1Origin}. Only whether it is settled can be asked of the contract. */
export interface ArchivedSettlement {
  /** Given by the contract. */
  readonly batch: number;
  /** In the batch's list, from 0. */
  readonly position: number;
  readonly status: "paid" | "claimable";
  readonly l1Block: number;
  /** 32 bytes. */
  readonly transactionHash: Uint8Array;
}

/** What L1 shows of a rollup's batches, in L1's order: what became of payouts comes after what preceded it on L1. */
export type PublishedRecord =
  | { readonly type: "batch"; readonly batch: PublishedBatch }
  | { readonly type: "settlements"; readonly settlements: readonly ArchivedSettlement[] };

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
  /** Of its queue entries, in their order. */
  readonly entryOrigins: readonly L1Origin[];
}

/** The batches among records. */
export async function* batchesOf(records: AsyncIterable<PublishedRecord>): AsyncGenerator<PublishedBatch, void, void> {
  for await (const record of records) if (record.type === "batch") yield record.batch;
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
