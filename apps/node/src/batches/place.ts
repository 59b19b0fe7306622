import type { PublisherTerms } from "@cairn/db";
import { CairnError, PAYOUT_BYTES, QUEUE_RECORD_BYTES } from "@cairn/protocol";
import type { BlobMaker } from "../blobs/blob-maker.ts";
import type { NodeErrorCode } from "../errors.ts";
import { type DataPlace, inCalldata } from "./closing.ts";
import { type BatchContent, calldataOf } from "./content.ts";

/** Where a publisher lets cells go, and up to which prices it puts them into blobs. */
export type DataTerms = Pick<PublisherTerms, "dataMode" | "maxBlobGasWei" | "maxGasWei">;

/** What L1 asks now, in wei. */
export interface DataPrices {
  readonly gasWei: bigint;
  /** Per blob gas; null where L1 has no blobs, or has not said. */
  readonly blobGasWei: bigint | null;
}

/** What a batch publishes, in bytes. */
export interface BatchBytes {
  /** Cells, which go into calldata or a blob. */
  readonly cells: number;
  /** Payouts and L1 operations, which always go into calldata. */
  readonly lists: number;
}

/**
 * Most bytes of cells, payouts and L1 operations in calldata: L1's nodes pass on no transaction of more than 128 KiB, and the
 * proof and the header need room too.
 */
export const MAX_CALLDATA_BYTES = 112_000;
/** Blob gas of a blob (EIP-4844). */
const BLOB_GAS = 131_072n;
/** What a blob takes of ordinary gas: the precompile, its call, and the opening in calldata. */
const OPENING_GAS = 55_000n;
/** Gas of a byte of calldata beside the much larger gas of verification (EIP-2028), and where it dominates (EIP-7623). */
const BYTE_GAS = 16n;
const FLOOR_BYTE_GAS = 40n;
/** Gas of a batch besides its data, as measured (spec 7.11). */
const BATCH_GAS = 900_000n;

/** What payouts and L1 operations take of the calldata, in bytes. */
export function listBytes(counts: { readonly payouts: number; readonly l1Operations: number }): number {
  return counts.payouts * PAYOUT_BYTES + counts.l1Operations * QUEUE_RECORD_BYTES;
}

/** What the blocks of a batch publish. Throws as `calldataOf`. */
export function bytesOf({ blocks, payouts }: Pick<BatchContent, "blocks" | "payouts">): BatchBytes {
  const l1Operations = blocks.reduce((sum, block) => sum + block.l1OperationCount, 0);
  return { cells: calldataOf(blocks).data.length, lists: listBytes({ payouts: payouts.length, l1Operations }) };
}

/** Whether L1's nodes pass on a transaction with all of it in its calldata. */
export function fitsCalldata({ cells, lists }: BatchBytes): boolean {
  return cells + lists <= MAX_CALLDATA_BYTES;
}

/**
 * Where the cells of a batch cost less; a blob if they do not fit into the calldata. Bytes are counted as if none were zero.
 *
 * @example cheaperPlace({ cells: 364, lists: 0 }, { gasWei: 10n ** 9n, blobGasWei: 1n }) // "calldata"
 */
export function cheaperPlace(bytes: BatchBytes, { gasWei, blobGasWei }: DataPrices): "calldata" | "blob" {
  if (!fitsCalldata(bytes)) return "blob";
  if (blobGasWei === null) return "calldata";
  const calldata = gasOf(BATCH_GAS, bytes.cells + bytes.lists) * gasWei;
  const blob = gasOf(BATCH_GAS + OPENING_GAS, bytes.lists) * gasWei + BLOB_GAS * blobGasWei;
  return blob < calldata ? "blob" : "calldata";
}

/** Gas of a batch with so many bytes in calldata. */
function gasOf(rest: bigint, bytes: number): bigint {
  const [ordinary, floor] = [rest + BYTE_GAS * BigInt(bytes), FLOOR_BYTE_GAS * BigInt(bytes)];
  return ordinary > floor ? ordinary : floor;
}

/**
 * Decides where the cells of a batch go on the publisher's terms, and commits to them there: at prices at which it begins no
 * transaction with a blob, only batches that fit nowhere else wait for one. Its function rejects with `node/bad-batch` when they have to
 * go into the calldata and do not fit, and as `calldataOf` and `commit`.
 */
export function createPlacer(deps: {
  readonly blobs: Pick<BlobMaker, "commit">;
  readonly prices: () => DataPrices;
}): (content: Pick<BatchContent, "blocks" | "payouts">, terms: DataTerms) => Promise<DataPlace> {
  const choose = (bytes: BatchBytes, terms: DataTerms): "calldata" | "blob" => {
    if (terms.dataMode !== "auto") return terms.dataMode;
    const prices = deps.prices();
    const isGasOffered = prices.gasWei < terms.maxGasWei;
    const isOffered = isGasOffered && prices.blobGasWei !== null && prices.blobGasWei < terms.maxBlobGasWei;
    return cheaperPlace(bytes, isOffered ? prices : { ...prices, blobGasWei: null });
  };
  return async (content, terms) => {
    const bytes = bytesOf(content);
    if (choose(bytes, terms) === "calldata") {
      if (!fitsCalldata(bytes)) throw tooLarge(bytes);
      return inCalldata(content);
    }
    const { data } = calldataOf(content.blocks);
    return { dataSource: "blob", dataCommitment: await deps.blobs.commit(data) };
  };
}

function tooLarge({ cells, lists }: BatchBytes): CairnError<NodeErrorCode> {
  const problem = `a batch has ${cells + lists} bytes for the calldata, where ${MAX_CALLDATA_BYTES} fit`;
  return new CairnError("node/bad-batch", problem, { details: { cells, lists, allowed: MAX_CALLDATA_BYTES } });
}
