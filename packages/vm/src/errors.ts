/**
 * Errors thrown by this package. They mean a wrong call or broken input, never a wrong transaction (that is a
 * `RejectionReason`); a retry with the same input cannot help.
 *
 * - `vm/bad-option`: the options of a block are inconsistent (fee accounts, times, queue hash).
 * - `vm/l1-operation-order`: an L1 operation was added after an L2 transaction.
 * - `vm/sealed`: the block was sealed before.
 * - `vm/supply-exceeded`: a credit would exceed 2^128 − 1, so the state breaks the invariant of spec 1.5.
 * - `vm/invalid-data`: published data or L1 operations cannot follow from the state; never the case in a proven batch.
 * - `vm/batch-mismatch`: what is presented as a batch contradicts itself, its header or its predecessor; `details.batch` and
 *   `details.check` say where.
 */
export type VmErrorCode =
  | "vm/bad-option"
  | "vm/l1-operation-order"
  | "vm/sealed"
  | "vm/supply-exceeded"
  | "vm/invalid-data"
  | "vm/batch-mismatch";
