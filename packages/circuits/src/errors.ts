/**
 * Errors of this package.
 *
 * - `circuits/compile-failed`: the Noir compiler rejected the sources; `details.diagnostics` says why. No retry helps.
 * - `circuits/unsatisfied`: the witness breaks a constraint; `details.assertion` is its message, `details.location` the
 *   source line. The block cannot be proven; a retry does not help.
 * - `circuits/bad-input`: the witness does not have the shape of the circuit's parameters. No retry helps.
 * - `circuits/inconsistent-trace`: a trace contradicts the tree it is replayed on. No retry helps.
 * - `circuits/no-prover`: there is no `bb` binary for this platform.
 * - `circuits/prover-failed`: `bb` ended with an error; `details.stderr` is the end of its output. A retry can help
 *   when memory or disk ran out.
 * - `circuits/aborted`: the caller's signal stopped the work. A retry can help.
 * - `circuits/srs-missing`: the folder holds no points of an SRS; build, retry.
 * - `circuits/wrong-srs`: the folder holds points of another SRS than expected; delete it, build, retry.
 * - `circuits/bad-key`: a verification key is not one for recursion, or not as long as the prover writes them. No retry
 *   helps; build it again.
 * - `circuits/bad-proof`: bytes are not a proof for recursion. No retry helps; the proof has to be made again.
 * - `circuits/bad-children`: a circuit does not take so many proofs, or none of the circuit that made one of them. No
 *   retry helps.
 * - `circuits/keys-missing`: the lists of keys over this SRS are not recorded; `packages/circuits/scripts/generate-keys.ts`
 *   makes them where the SRS is.
 * - `circuits/wrong-key-list`: a circuit accepts children over another SRS than its own key would be over. No retry helps;
 *   compile it from the sources that `noirDirOf` gives for that SRS.
 * - `circuits/bad-verifier`: the generated Solidity source does not look as expected. No retry helps.
 */
export type CircuitsErrorCode =
  | "circuits/compile-failed"
  | "circuits/unsatisfied"
  | "circuits/bad-input"
  | "circuits/inconsistent-trace"
  | "circuits/no-prover"
  | "circuits/prover-failed"
  | "circuits/aborted"
  | "circuits/srs-missing"
  | "circuits/wrong-srs"
  | "circuits/bad-key"
  | "circuits/bad-proof"
  | "circuits/bad-children"
  | "circuits/keys-missing"
  | "circuits/wrong-key-list"
  | "circuits/bad-verifier";
