export type { CompiledCircuit, InputMap } from "@noir-lang/noir_js";
export { type BbResult, bbPath, type ProofTarget, type Srs } from "./bb.ts";
export { type CompiledProgram, compileCircuit, NOIR_DIR } from "./build/compile.ts";
export { countGates, type GateCount, programGates, srsPointsFor } from "./build/gates.ts";
export { noirDirOf, sourcesOf } from "./build/key-lists.ts";
export { type RebuildOptions, type RebuiltVerifier, rebuildVerifier } from "./build/rebuild.ts";
export { KEY_FIELDS, PROOF_FIELDS, proofFields, type RecursionKey, readRecursionKey } from "./build/recursion-key.ts";
export { DEV_G2, devSrs, ensureDevSrs, ensureSrs, ignitionSrs } from "./build/srs.ts";
export { assertSrsIdentity, SRS_TAU_POINT, srsIdentity } from "./build/srs-identity.ts";
export { ensureVerificationKey, type VerificationKey } from "./build/verification-key.ts";
export { type SolidityVerifier, verifierName, writeSolidityVerifier } from "./build/verifier.ts";
export {
  BATCH_CIRCUITS,
  type BatchCircuit,
  blockCircuit,
  CIRCUITS,
  type Circuit,
  INNER_CIRCUITS,
  type InnerCircuit,
  isParent,
  type MergeCircuit,
  PARENTS,
  type ParentCircuit,
  SOLO_CIRCUITS,
  type SoloCircuit,
  soloCircuit,
} from "./circuits.ts";
export type { CircuitsErrorCode } from "./errors.ts";
export { CLAIM_PROOF_BYTES, decodeClaimProof, encodeClaimProof } from "./prove/claim-proof-bytes.ts";
export { type SolvedWitness, solveWitness } from "./prove/execute.ts";
export { blockInputMap, soloInputMap } from "./prove/input-map.ts";
export { type LoadedProgram, type Proof, proveSolved } from "./prove/proof.ts";
export {
  loadCircuit,
  type ProvingCircuit,
  type ProvingCost,
  type ProvingOptions,
  proveBatch,
  proveBlockClaim,
  proveMerge,
  proveSolo,
} from "./prove/prove.ts";
export { type BatchContent, batchBinding, type Submission } from "./witness/binding.ts";
export { type BuiltBlock, buildBlock, buildTracedBlock, type TracedBlock } from "./witness/block.ts";
export type { ClaimProof } from "./witness/children.ts";
export { type EvaluationWitness, evaluationWitness, SOLO_EVALUATION } from "./witness/evaluation.ts";
export { type CircuitShape, circuitShape } from "./witness/shape.ts";
export type { BlockWitness } from "./witness/types.ts";
