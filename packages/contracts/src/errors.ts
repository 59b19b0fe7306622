/**
 * Errors thrown by this package. No retry helps unless the line says so.
 *
 * - `contracts/compile-failed`: the Solidity compiler reported an error; its messages are in the error's message.
 * - `contracts/artefact-missing`: a compiled contract is not in the cache; run `scripts/build.ts`, then retry.
 * - `contracts/bad-artefact`: a cached artefact does not match its name; delete it, build, retry.
 * - `contracts/dev-verifier-refused`: a verifier over the development SRS, whose proofs anyone can forge, was about to
 *   be deployed on a chain that is not a known development chain.
 * - `contracts/wrong-chain`: wallet and reader are connected to different chains.
 * - `contracts/no-such-payout`: a place was named that the batch's payout list does not have.
 * - `contracts/bad-receipt`: a receipt's path has a length that no batch has.
 * - `contracts/deployment-failed`: a deployment transaction reverted or produced no contract.
 */
export type ContractsErrorCode =
  | "contracts/compile-failed"
  | "contracts/artefact-missing"
  | "contracts/bad-artefact"
  | "contracts/dev-verifier-refused"
  | "contracts/wrong-chain"
  | "contracts/no-such-payout"
  | "contracts/bad-receipt"
  | "contracts/deployment-failed";
