export { blobToCells, cellsToBlob } from "./cells.ts";
export type { CommittedBlob } from "./committed-blobs.ts";
export { BLOB_BYTES, BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";
export type { BlobErrorCode } from "./errors.ts";
export { type BlobKzg, createBlobKzg } from "./kzg.ts";
export { type BlobOpening, encodeOpening } from "./opening.ts";
export { KZG_POINT_BYTES, versionedHash } from "./versioned-hash.ts";
