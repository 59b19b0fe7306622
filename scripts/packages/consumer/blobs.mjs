// #region use
import { blobToCells, cellsToBlob, createBlobKzg } from "@cairn/blobs";

const blob = cellsToBlob([1n, 2n, 3n]);
const cells = blobToCells(blob); // 1n, 2n, 3n, and zeros to the end
const commitment = createBlobKzg().commit(blob); // 48 bytes
// #endregion

/** What the example came to. */
export function run() {
  return { cells: cells.slice(0, 4).map(String), commitment: [...commitment] };
}
