/**
 * Errors thrown by this package. A retry never helps: other data are needed.
 *
 * - `blobs/too-many-cells`: more cells than a batch has.
 * - `blobs/bad-cell`: a cell is negative or has more than 208 bits.
 * - `blobs/bad-length`: bytes of a blob, a commitment, a proof or an opening have the wrong length.
 * - `blobs/not-canonical`: an element of a blob is not below the order of BLS12-381's scalar field.
 * - `blobs/no-batch`: the blob is well-formed, but its polynomial is not one of cells.
 */
export type BlobErrorCode =
  | "blobs/too-many-cells"
  | "blobs/bad-cell"
  | "blobs/bad-length"
  | "blobs/not-canonical"
  | "blobs/no-batch";
