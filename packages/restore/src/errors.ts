import { CairnError } from "@cairn/protocol";

/**
 * Errors thrown by this package. Functions that read L1 also throw those of `@cairn/l1`.
 *
 * - `restore/unsupported-rollup`: the rollup's contract is of another version. A retry cannot help.
 * - `restore/batch-mismatch`: what is presented as a batch contradicts itself, its predecessor or the contract;
 *   `details.batch` and `details.check` say where. The RPC or the archive lies. Retry on another one.
 * - `restore/queue-mismatch`: queue entries do not hash to the rolling hash that the contract keeps. Retry on another
 *   RPC, or with another archive.
 * - `restore/settlement-mismatch`: an archive says that a payout was settled which the contract still owes; `details` names
 *   it. The archive lies, or tells of an L1 that was reorganised. Use another copy.
 * - `restore/invalid-data`: a batch's data cannot follow from the state before it; `details.batch`, and
 *   `details.firstUnchecked`, the first batch since the last root that was checked.
 * - `restore/root-mismatch`: the data of batches `details.firstBatch` … `details.lastBatch` leads to another root than
 *   was proven. Checking every batch names the batch; a retry on another RPC helps if the data was forged.
 * - `restore/state-mismatch`: the rebuilt state is not the contract's. Retry on another RPC.
 * - `restore/history-changed`: L1 no longer holds the batches that the store was built from, and they cannot be undone:
 *   this RPC or an earlier one lies. Restore into a new store.
 * - `restore/foreign-state`: the store holds the state of another rollup or chain. A retry cannot help.
 * - `restore/incomplete`: the request needs a finished restoration. Run it again.
 * - `restore/not-found`: there is no such batch, entry or account in the restored state.
 * - `restore/bad-option`: an option makes no sense. A retry cannot help.
 * - `restore/archive-unsupported`: the file is not a batch archive, or of another version. A retry cannot help.
 * - `restore/archive-corrupt`: bytes of the archive were changed, or its frames reordered. Use another copy.
 * - `restore/archive-truncated`: the archive ends before its end frame. Use another copy.
 * - `restore/archive-foreign`: the archive belongs to another rollup or chain. Use the right one.
 * - `restore/archive-gap`: the archive begins after the batch that is needed. Read the earlier one first.
 * - `restore/l1-gap`: the archives end earlier than what L1 still shows begins; `details` say with which batch and after how
 *   many queue entries, and what L1 shows. Also give the archive that holds what is between.
 * - `restore/io`: a file cannot be read or written; `cause` says why (retry, after freeing disk space for instance).
 */
export type RestoreErrorCode =
  | "restore/unsupported-rollup"
  | "restore/batch-mismatch"
  | "restore/queue-mismatch"
  | "restore/settlement-mismatch"
  | "restore/invalid-data"
  | "restore/root-mismatch"
  | "restore/state-mismatch"
  | "restore/history-changed"
  | "restore/foreign-state"
  | "restore/incomplete"
  | "restore/not-found"
  | "restore/bad-option"
  | "restore/archive-unsupported"
  | "restore/archive-corrupt"
  | "restore/archive-truncated"
  | "restore/archive-foreign"
  | "restore/archive-gap"
  | "restore/l1-gap"
  | "restore/io";

/** An error of this package. */
export function restoreError(
  code: RestoreErrorCode,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
): CairnError<RestoreErrorCode> {
  return new CairnError(code, message, options);
}
