import { type BatchHeaderFields, computeBatchCommitment, encodeHeader } from "@cairn/contracts";
import { bytesToHex, type Hex, type L1Operation } from "@cairn/protocol";

/** Where a batch came from; hints that no state depends on. */
export interface BatchOrigin {
  /** L1 block that holds it. */
  readonly l1Block: number;
  /** 32 bytes. */
  readonly transactionHash: Uint8Array;
  /** L1 block from which on all later batches and all queue entries that this one leaves waiting are found. */
  readonly resumeBlock: number;
}

/** All that was published of a batch: with its predecessors it determines the state. */
export interface PublishedBatch {
  /** As counted by the contract, from 1 on. */
  readonly number: number;
  readonly header: BatchHeaderFields;
  /** SHA-256 of the padded data, 32 bytes. */
  readonly dataHash: Uint8Array;
  /** May lack trailing zeros, as calldata does. */
  readonly publishedData: Uint8Array;
  /** Queue entries that it consumed, in order. */
  readonly l1Operations: readonly L1Operation[];
  /** Rolling queue hash after them, 32 bytes. */
  readonly queueHash: Uint8Array;
  readonly origin: BatchOrigin;
}

/** What the contract keeps of the batch. */
export function batchCommitment({ header, dataHash }: Pick<PublishedBatch, "header" | "dataHash">): Hex {
  return computeBatchCommitment(encodeHeader(header), bytesToHex(dataHash));
}
