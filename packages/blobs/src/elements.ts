import { BLOB_MODULUS, bigintToBytes, bytesToHex, CairnError } from "@cairn/protocol";
import type { BlobErrorCode } from "./errors.ts";

/** Field elements of a blob (EIP-4844). */
export const BLOB_ELEMENTS = 4096;
const ELEMENT_BYTES = 32;
/** Bytes of a blob (EIP-4844). */
export const BLOB_BYTES = BLOB_ELEMENTS * ELEMENT_BYTES;

/**
 * The bytes of a blob: 4,096 elements of 32 big-endian bytes each.
 *
 * @example elementsToBlob(elements).length // 131072
 */
export function elementsToBlob(elements: readonly bigint[]): Uint8Array {
  const blob = new Uint8Array(BLOB_BYTES);
  elements.forEach((element, i) => {
    blob.set(bigintToBytes(element, ELEMENT_BYTES), i * ELEMENT_BYTES);
  });
  return blob;
}

/** Throws `blobs/bad-length` and `blobs/not-canonical` for what is no blob. */
export function assertBlob(blob: Uint8Array): void {
  blobToElements(blob);
}

/**
 * Inverse of {@link elementsToBlob}. Throws `blobs/bad-length`, `blobs/not-canonical`.
 *
 * @example blobToElements(new Uint8Array(131_072)).length // 4096
 */
export function blobToElements(blob: Uint8Array): bigint[] {
  if (blob.length !== BLOB_BYTES) {
    throw new CairnError<BlobErrorCode>("blobs/bad-length", `a blob has ${BLOB_BYTES} bytes, not ${blob.length}`);
  }
  return Array.from({ length: BLOB_ELEMENTS }, (_, i) => {
    const element = BigInt(bytesToHex(blob.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES)));
    if (element < BLOB_MODULUS) return element;
    throw new CairnError<BlobErrorCode>(
      "blobs/not-canonical",
      `element ${i} of the blob is not below the field's order`,
    );
  });
}
