import { CairnError } from "@cairn/protocol";

/**
 * Errors thrown by this package; functions that read L1 also throw `l1/unavailable` and `l1/not-a-rollup` of `@cairn/l1`.
 * A retry helps only for those marked (retry).
 *
 * - `verify/bad-proof`: the proof of an account proves nothing: it is malformed, or account and path do not lead to the
 *   root of its batch: `details.computed` is where they lead, `details.claimed` the root. Whoever made it lies or is broken.
 * - `verify/bad-receipt`: the receipt proves nothing: it is malformed, does not lead to the blocks root of its batch, or
 *   shows no transaction.
 * - `verify/other-account`: the proof is of another account, owner or token than the one asked for.
 * - `verify/other-batch`: the proof is of the state after another batch than the one asked for.
 * - `verify/other-transaction`: the receipt is of another transaction than the one asked for.
 * - `verify/not-on-l1`: L1 has no batch with this number (retry, if it is on its way), or another one; `details.isOther`
 *   says which.
 * - `verify/not-final`: L1 has the batch, but not as deep as asked; `details.finality` says how deep (retry).
 * - `verify/stale`: L1 has accepted more batches since than asked; `details.newest` is the last one.
 * - `verify/unproven`: the proof is of the node's newest blocks, for which L1 does not vouch yet (retry).
 * - `verify/wrong-chain`: the RPC serves another chain than the rollup's.
 * - `verify/l1-moved`: L1 changed its blocks during the check (retry).
 */
export type VerifyErrorCode =
  | "verify/bad-proof"
  | "verify/bad-receipt"
  | "verify/other-account"
  | "verify/other-batch"
  | "verify/other-transaction"
  | "verify/not-on-l1"
  | "verify/not-final"
  | "verify/stale"
  | "verify/unproven"
  | "verify/wrong-chain"
  | "verify/l1-moved";

/** An error of this package. */
export function verifyError(
  code: VerifyErrorCode,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
): CairnError<VerifyErrorCode> {
  return new CairnError(code, message, options);
}
