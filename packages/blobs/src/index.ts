export { blobToCells, cellsToBlob } from "./cells.ts";
export { BLOB_BYTES, BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";
export type { BlobErrorCode } from "./errors.ts";
export { type BlobKzg, type BlobOpening, createBlobKzg, encodeOpening, KZG_POINT_BYTES } from "./kzg.ts";
export { versionedHash } from "./versioned-hash.ts";
