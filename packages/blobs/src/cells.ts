import { CairnError, CELL_BITS, MAX_BATCH_CELLS } from "@cairn/protocol";
import { FFT, rootsOfUnity } from "@noble/curves/abstract/fft.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";
import type { BlobErrorCode } from "./errors.ts";

/** Generator of the multiplicative group whose powers Ethereum takes as roots of unity. */
const GENERATOR = 7n;
const { Fr } = bls12_381.fields;
const transform = FFT(rootsOfUnity(Fr, GENERATOR), Fr);
const CELL_LIMIT = 1n << BigInt(CELL_BITS);

/**
 * The blob of a batch: its elements are the values of Σ cells[i] · X^i at the 4,096th roots of unity, in bit-reversed
 * order (spec 3.5). Cells behind the end are 0. Throws `blobs/too-many-cells`, `blobs/bad-cell`.
 *
 * @example const blob = cellsToBlob(blocks.flatMap(encodeBlockCells));
 */
export function cellsToBlob(cells: readonly bigint[]): Uint8Array {
  if (cells.length > MAX_BATCH_CELLS) {
    const reason = `${cells.length} cells, a batch has at most ${MAX_BATCH_CELLS}`;
    throw new CairnError<BlobErrorCode>("blobs/too-many-cells", reason);
  }
  const wrong = cells.findIndex((cell) => !isCell(cell));
  if (wrong >= 0) throw new CairnError<BlobErrorCode>("blobs/bad-cell", `cell ${wrong} is not below 2^${CELL_BITS}`);
  const coefficients = Array.from({ length: BLOB_ELEMENTS }, (_, i) => cells[i] ?? 0n);
  return elementsToBlob(transform.direct(coefficients, false, true));
}

/**
 * Inverse of {@link cellsToBlob}: all 4,095 cells, also those of 0 at the end. What it returns is not authentic: compare
 * the history with L1 (spec 10.3). Throws `blobs/bad-length`, `blobs/not-canonical`, and `blobs/no-batch` for a blob
 * that no batch has.
 *
 * @example const blocks = readBatchCells(blobToCells(blob), blockCount);
 */
export function blobToCells(blob: Uint8Array): bigint[] {
  const coefficients = transform.inverse(blobToElements(blob), true, false);
  const wrong = coefficients.findIndex((coefficient) => !isCell(coefficient));
  if (wrong >= 0) throw noBatch(`coefficient ${wrong} has more than ${CELL_BITS} bits`);
  if (coefficients.slice(MAX_BATCH_CELLS).some((coefficient) => coefficient !== 0n)) {
    throw noBatch(`a coefficient behind the first ${MAX_BATCH_CELLS} is not 0`);
  }
  return coefficients.slice(0, MAX_BATCH_CELLS);
}

function isCell(value: bigint): boolean {
  return value >= 0n && value < CELL_LIMIT;
}

function noBatch(reason: string): CairnError<BlobErrorCode> {
  return new CairnError<BlobErrorCode>("blobs/no-batch", `the blob is not one of a batch: ${reason}`);
}
