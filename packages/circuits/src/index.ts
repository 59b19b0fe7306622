export type { CompiledCircuit, InputMap } from "@noir-lang/noir_js";
export { type BatchContent, batchBinding, type Submission } from "./2/batch-binding.ts";
export {
  type Block2Options,
  type BlockWitness2,
  type BuiltBlock2,
  buildBlock2,
  buildTracedBlock2,
  type TracedBlock2,
} from "./2/block-witness.ts";
export type { ClaimProof } from "./2/children-witness.ts";
export {
  BATCH_CIRCUITS,
  type BatchCircuit,
  blockCircuit,
  CIRCUITS,
  type Circuit,
  crateOf,
  INNER_CIRCUITS,
  type InnerCircuit,
  isParent,
  type MergeCircuit,
  PARENTS,
  type ParentCircuit,
  SOLO_CIRCUITS,
  type SoloCircuit,
  soloCircuit,
} from "./2/circuits.ts";
export { CLAIM_PROOF_BYTES, decodeClaimProof, encodeClaimProof } from "./2/claim-proof-bytes.ts";
export { type EvaluationWitness, evaluationWitness, SOLO_EVALUATION } from "./2/evaluation-witness.ts";
export { noirDirOf, sourcesOf } from "./2/key-lists.ts";
export {
  loadCircuit,
  type ProvingCircuit,
  type ProvingCost,
  type ProvingOptions,
  proveBatch,
  proveBlockClaim,
  proveMerge,
  proveSolo,
} from "./2/prove.ts";
export { KEY_FIELDS, PROOF_FIELDS, proofFields, type RecursionKey, readRecursionKey } from "./2/recursion-key.ts";
export { type BbResult, bbPath, type ProofTarget, type Srs } from "./bb.ts";
export { loadBlockCircuit } from "./circuit.ts";
export { type CompiledProgram, compileCircuit, NOIR_DIR } from "./compile.ts";
export type { CircuitsErrorCode } from "./errors.ts";
export { type SolvedWitness, solveWitness } from "./execute.ts";
export { countGates, type GateCount, programGates, srsPointsFor } from "./gates.ts";
export { blockInputMap } from "./input-map.ts";
export { type BlockCircuit, type Proof, proveBlock, proveSolved } from "./prove.ts";
export {
  type RebuildOptions,
  type RebuiltVerifier,
  type RebuiltVerifier2,
  rebuildVerifier,
  rebuildVerifier2,
} from "./rebuild.ts";
export { type CircuitShape, circuitName, circuitShape } from "./shape.ts";
export { assertSrs, DEV_G2, devSrs, ensureDevSrs, ensureSrs, ignitionSrs } from "./srs.ts";
export { assertSrsIdentity, SRS_TAU_POINT, srsIdentity } from "./srs-identity.ts";
export { ensureVerificationKey, type VerificationKey } from "./verification-key.ts";
export { type SolidityVerifier, verifierName, writeSolidityVerifier } from "./verifier.ts";
export { type BuiltWitness, buildWitness } from "./witness.ts";
export type { BlockWitness } from "./witness-types.ts";
