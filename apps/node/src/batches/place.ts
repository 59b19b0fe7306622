import type { BlobMaker } from "../blobs/blob-maker.ts";
import type { DataMode } from "../data-modes.ts";
import { type DataPlace, inCalldata } from "./closing.ts";
import { type BatchContent, calldataOf } from "./content.ts";

/** What L1 asks now, in wei. */
export interface DataPrices {
  readonly gasWei: bigint;
  /** Per blob gas; null where L1 has no blobs, or has not said. */
  readonly blobGasWei: bigint | null;
}

/** Most bytes of cells in calldata: L1's nodes pass on no transaction of more than 128 KiB. */
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

/**
 * Where the cells of a batch cost less. Bytes are counted as if none were zero.
 *
 * @example cheaperPlace(364, { gasWei: 10n ** 9n, blobGasWei: 1n }) // "calldata"
 */
export function cheaperPlace(bytes: number, { gasWei, blobGasWei }: DataPrices): "calldata" | "blob" {
  if (blobGasWei === null) return "calldata";
  if (bytes > MAX_CALLDATA_BYTES) return "blob";
  const [ordinary, floor] = [BATCH_GAS + BYTE_GAS * BigInt(bytes), FLOOR_BYTE_GAS * BigInt(bytes)];
  const calldata = (ordinary > floor ? ordinary : floor) * gasWei;
  const blob = (BATCH_GAS + OPENING_GAS) * gasWei + BLOB_GAS * blobGasWei;
  return blob < calldata ? "blob" : "calldata";
}

/** Decides where the cells of a batch go, and commits to them there. Its function rejects as `calldataOf` and `commit`. */
export function createPlacer(deps: {
  readonly mode: DataMode;
  readonly blobs: Pick<BlobMaker, "commit">;
  readonly prices: () => DataPrices;
  /** Highest wei per blob gas that the publisher offers: above it, only batches that fit nowhere else wait for a blob. */
  readonly maxBlobGasWei: bigint;
}): (content: Pick<BatchContent, "blocks">) => Promise<DataPlace> {
  const choose = (bytes: number): "calldata" | "blob" => {
    if (deps.mode !== "auto") return deps.mode;
    const prices = deps.prices();
    const isOffered = prices.blobGasWei !== null && prices.blobGasWei < deps.maxBlobGasWei;
    return isOffered || bytes > MAX_CALLDATA_BYTES ? cheaperPlace(bytes, prices) : "calldata";
  };
  return async (content) => {
    const { data } = calldataOf(content.blocks);
    if (choose(data.length) === "calldata") return inCalldata(content);
    return { dataSource: "blob", dataCommitment: await deps.blobs.commit(data) };
  };
}
