/**
 * Errors thrown by this package. A retry never helps.
 *
 * - `devnet/root-mismatch`: replaying the trace leads to another root than the tree: a defect.
 * - `devnet/no-blocks`: a batch without blocks.
 * - `devnet/not-built`: circuits or contracts are missing in the cache: run `npm run setup`.
 * - `devnet/refused`: the rollup refused a batch of the tests' operator.
 */
export type DevnetErrorCode = "devnet/root-mismatch" | "devnet/no-blocks" | "devnet/not-built" | "devnet/refused";
