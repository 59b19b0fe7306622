import { versionedHash } from "@cairn/blobs/format";
import { toHeaderStruct } from "@cairn/contracts";
import {
  type BatchHeader,
  bigintToBytes,
  bytesToCells,
  bytesToHex,
  calldataCommitment,
  concatBytes,
  decodeL1Operation,
  decodePayoutList,
  type Hex,
  isCairnError,
  isSameBytes,
  type L1Operation,
  type Payout,
  payoutListHash,
  QUEUE_RECORD_BYTES,
} from "@cairn/protocol";
import { type Transaction, TransactionNotFoundError } from "viem";
import { l1Error } from "../errors.ts";
import { insist, type L1Access } from "./access.ts";
import type { BlobSource } from "./blob-source.ts";
import { readBlock } from "./blocks.ts";
import type { AcceptedEvent } from "./events.ts";
import { type ReadBlobDeps, readBlob } from "./read-blob.ts";
import { readSubmissionCalldata, type SubmissionArguments } from "./submission-calldata.ts";

const EVALUATION_BYTES = 32;
const COMMITMENT_BYTES = 48;
const OPENING_BYTES = 128;

/** What is wrong with the transaction of a batch; `details.check` of `l1/batch-mismatch`. */
export type SubmissionCheck = "transaction" | "header" | "l1Operations" | "payoutsHash" | "dataCommitment" | "cells";

/**
 * What a batch published. Data commitment and payouts are those of its event; cells and queue records are authentic once the
 * history and the queue hash that follow from them are L1's (spec 10.3).
 */
export interface PublishedBatchContent {
  /** Cells behind the last block may be left out. */
  readonly cells: readonly bigint[];
  /** Queue entries that its blocks consumed, in order. */
  readonly l1Operations: readonly L1Operation[];
  /** What its blocks pay, in order. */
  readonly payouts: readonly Payout[];
  /** KZG commitment of the blob, 48 bytes, of which the data commitment is the hash; null for calldata. */
  readonly kzgCommitment: Uint8Array | null;
}

/** Where blobs come from, and how they are checked. */
export interface BlobAccess extends ReadBlobDeps {
  /** Asked in this order. */
  readonly sources: readonly BlobSource[];
}

/**
 * Reads what a batch published: its transaction's calldata, and the blob if its cells are in one. Throws
 * `l1/batch-mismatch` unless the transaction is to the rollup, header, payouts hash and data commitment are those of the
 * event, and the content is well-formed; `l1/blob-unavailable`, also without `blobs`; `l1/unavailable`.
 *
 * @example const { cells, l1Operations, payouts } = await readPublishedBatch(access, acceptedEvent);
 */
export async function readPublishedBatch(
  access: L1Access,
  event: AcceptedEvent,
  blobs?: BlobAccess,
): Promise<PublishedBatchContent> {
  const { number, header } = event;
  const transaction = await readTransaction(access, event);
  const { hash, to, input } = transaction;
  const isAsked = to?.toLowerCase() === access.rollup.address.toLowerCase() && hash === bytesToHex(event.transaction);
  if (!isAsked) throw mismatch(number, "transaction", `is in ${hash}, which is not to the rollup`);
  const sent = readSubmissionCalldata(input);
  if (sent === null) throw mismatch(number, "transaction", "has calldata that does not submit a batch");
  if (!isSameBytes(sent.header, headerWords(header))) {
    throw mismatch(number, "header", "has different headers in its event and its calldata");
  }
  const payouts = payoutsOf(sent, event);
  const l1Operations = l1OperationsOf(sent, number);
  if (header.dataSource === "calldata") {
    return { cells: cellsOfCalldata(sent, event), l1Operations, payouts, kzgCommitment: null };
  }
  const kzgCommitment = commitmentOf(sent, event);
  const cells = await cellsOfBlob(access, event, { transaction, kzgCommitment, blobs });
  return { cells, l1Operations, payouts, kzgCommitment };
}

function payoutsOf({ payouts: bytes }: SubmissionArguments, { number, payoutsHash }: AcceptedEvent): Payout[] {
  const problem = "has payouts with another hash";
  const payouts = wellFormed(number, "payoutsHash", problem, () => decodePayoutList(bytes));
  if (!isSameBytes(payoutListHash(payouts), payoutsHash)) throw mismatch(number, "payoutsHash", problem);
  return payouts;
}

function l1OperationsOf({ l1Records }: SubmissionArguments, number: number): L1Operation[] {
  const count = Math.ceil(l1Records.length / QUEUE_RECORD_BYTES);
  return wellFormed(number, "l1Operations", "has queue entries that the contract cannot make", () =>
    Array.from({ length: count }, (_, i) =>
      decodeL1Operation(l1Records.subarray(i * QUEUE_RECORD_BYTES, (i + 1) * QUEUE_RECORD_BYTES)),
    ),
  );
}

function cellsOfCalldata({ data }: SubmissionArguments, { number, dataCommitment }: AcceptedEvent): bigint[] {
  if (!isSameBytes(calldataCommitment(data), dataCommitment)) {
    throw mismatch(number, "dataCommitment", "has data with another hash");
  }
  return wellFormed(number, "cells", "has data that is no list of cells", () => bytesToCells(data));
}

/** The commitment in the blob's opening: evaluation 32 ‖ commitment 48 ‖ proof 48. */
function commitmentOf({ data }: SubmissionArguments, { number, dataCommitment }: AcceptedEvent): Uint8Array {
  const commitment = data.slice(EVALUATION_BYTES, EVALUATION_BYTES + COMMITMENT_BYTES);
  if (data.length === OPENING_BYTES && isSameBytes(versionedHash(commitment), dataCommitment)) return commitment;
  throw mismatch(number, "dataCommitment", "opens another blob than its event says");
}

/** Where the cells of a batch in a blob are. */
interface BlobPlace {
  readonly transaction: Transaction;
  readonly kzgCommitment: Uint8Array;
  readonly blobs: BlobAccess | undefined;
}

async function cellsOfBlob(
  access: L1Access,
  event: AcceptedEvent,
  { transaction, kzgCommitment, blobs }: BlobPlace,
): Promise<bigint[]> {
  const { number, block, dataCommitment } = event;
  const [first] = transaction.blobVersionedHashes ?? [];
  if (first?.toLowerCase() !== bytesToHex(dataCommitment)) {
    throw mismatch(number, "dataCommitment", "has another blob than its event says");
  }
  if (blobs === undefined) {
    throw l1Error("l1/blob-unavailable", `batch ${number} is in a blob, and no source of blobs is configured`, {
      details: { versionedHash: first, l1Block: block, problems: [] },
    });
  }
  const l1Block = await insist(() => readBlock(access, block));
  if (l1Block?.hash !== bytesToHex(event.blockHash)) {
    throw l1Error("l1/unavailable", `L1 no longer has block ${block} of batch ${number}`);
  }
  const query = { versionedHash: dataCommitment, kzgCommitment, l1Block: block, l1Timestamp: l1Block.timestamp };
  const blob = await readBlob(blobs.sources, query, blobs);
  // Loading the arithmetic of blobs takes long, and most programs never need it.
  const { blobToCells } = await import("@cairn/blobs/cells");
  return wellFormed(number, "cells", "is in a blob that no batch has", () => blobToCells(blob));
}

function readTransaction({ rollup, call }: L1Access, event: AcceptedEvent): Promise<Transaction> {
  const { reader } = rollup;
  return call(`the transaction of batch ${event.number}`, async () => {
    try {
      return await reader.getTransaction({ hash: bytesToHex(event.transaction) });
    } catch (error) {
      // Nodes that prune their transaction index still find transactions by block and position.
      if (!(error instanceof TransactionNotFoundError)) throw error;
      return await reader.getTransaction({ blockHash: bytesToHex(event.blockHash), index: event.transactionIndex });
    }
  });
}

/** The header as the ABI encodes it: a word for each field, in the order of the struct. */
function headerWords(header: BatchHeader): Uint8Array {
  const fields: readonly (Hex | bigint | number)[] = Object.values(toHeaderStruct(header));
  return concatBytes(...fields.map((field) => bigintToBytes(BigInt(field), 32)));
}

/** Throws `l1/batch-mismatch` when L1 cannot have accepted what is decoded. */
function wellFormed<T>(batch: number, check: SubmissionCheck, problem: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!isCairnError(cause)) throw cause;
    throw mismatch(batch, check, problem, cause);
  }
}

function mismatch(batch: number, check: SubmissionCheck, problem: string, cause?: unknown) {
  return l1Error("l1/batch-mismatch", `batch ${batch} ${problem}`, { cause, details: { batch, check } });
}
