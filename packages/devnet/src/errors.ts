/**
 * Errors thrown by this package. A retry never helps.
 *
 * - `devnet/root-mismatch`: replaying the trace leads to another root than the tree: a defect.
 * - `devnet/not-built`: circuits or contracts are missing in the cache: run `npm run setup`.
 * - `devnet/batch-mismatch`: a batch on L1 is not what its event says: a defect of the L1 node.
 */
export type DevnetErrorCode = "devnet/root-mismatch" | "devnet/not-built" | "devnet/batch-mismatch";
