/**
 * What a blob looks like and how L1 names it, without the curve arithmetic of KZG, which takes a fifth of a second to load:
 * for programs that read L1 and rarely meet a blob.
 */
export type { CommittedBlob } from "./committed-blobs.ts";
export { BLOB_BYTES, BLOB_ELEMENTS, blobToElements, elementsToBlob } from "./elements.ts";
export type { BlobErrorCode } from "./errors.ts";
export type { BlobKzg } from "./kzg.ts";
export { type BlobOpening, encodeOpening } from "./opening.ts";
export { type BlobSidecar, CELL_PROOFS_PER_BLOB, decodeSidecar, encodeSidecar } from "./sidecar-bytes.ts";
export type { SidecarMaker } from "./sidecar-maker.ts";
export { KZG_POINT_BYTES, versionedHash } from "./versioned-hash.ts";
