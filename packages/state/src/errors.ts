/**
 * Errors thrown by this package. A retry helps only for those marked (retry).
 *
 * - `state/invalid-update`: a block's updates break an invariant of the state (spec 1.4): an index out of range, a gap
 *   among the created accounts, an emptied account, or an account whose owner or token changes.
 * - `state/wrong-root`: the updates lead to another root than the caller expects; nothing was written.
 * - `state/wrong-block`: the block does not follow the last one, or lies in the future.
 * - `state/beyond-retention`: the block is older than the undo records that are kept.
 * - `state/out-of-range`: an index is not in the tree, or an option makes no sense.
 * - `state/bad-proof`: a Merkle proof does not have the shape that its tree and leaves need.
 * - `state/incompatible-store`: the store holds a tree of another depth or format version.
 * - `state/corrupt-store`: a stored record is missing, malformed or contradicts another; restore from L1.
 * - `state/store-locked`: another live process has the store open for writing (retry after it has ended).
 * - `state/store-closed`: the store or snapshot was used after its end.
 * - `state/io`: the storage engine failed, `cause` says why (retry, after freeing disk space for instance).
 */
export type StateErrorCode =
  | "state/invalid-update"
  | "state/wrong-root"
  | "state/wrong-block"
  | "state/beyond-retention"
  | "state/out-of-range"
  | "state/bad-proof"
  | "state/incompatible-store"
  | "state/corrupt-store"
  | "state/store-locked"
  | "state/store-closed"
  | "state/io";
