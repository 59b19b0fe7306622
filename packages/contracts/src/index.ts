export { accessTable2, FIXED_OPERATOR_ACCESS, policyAccessTable, ROLLUP_2_ACCESS } from "./2/access.ts";
export {
  loadArtefact2,
  loadVerifier2,
  type Rollup2Artefact,
  type Verifier2Artefact,
  verifierArtefact2,
  verifierContract2,
} from "./2/artefact.ts";
export {
  type BatchHeader2Struct,
  fromHeader2Struct,
  type Pay2Arguments,
  type ProvenBatch2,
  pay2Arguments,
  payGasLimit2,
  payoutMask,
  type SubmitBatch2Arguments,
  submitBatch2Arguments,
  toHeader2Struct,
} from "./2/batch.ts";
export {
  DEFAULT_ROLLUP_2_PARAMETERS,
  type Deploy2Options,
  type DeployedPolicy,
  type DeployedVerifier2,
  deployRollup2,
  fixedOperatorCreation,
  L1_CAPACITY,
  type Rollup2Deployment,
  type Rollup2Parameters,
  rollup2ConstructorArguments,
  rollup2Creation,
} from "./2/deploy.ts";
export { type Receipt2Struct, receiptStruct } from "./2/receipt.ts";
export {
  checkDeployment2,
  type DeployedRollup2,
  type ExpectedDeployment2,
  lastCircuitOf,
  type Rollup2Views,
  readDeployment2,
} from "./2/verify.ts";
export { erc20Abi, fixedOperatorAbi, receiptsAbi, rollup2Abi, rollupAbi } from "./abi.ts";
export { accessTable, type FunctionAccess, type FunctionRow, ROLLUP_ACCESS } from "./access.ts";
export {
  artefactPath,
  type ContractArtefact,
  loadArtefact,
  loadVerifier,
  type SrsKind,
  srsOfBytecode,
  type VerifierArtefact,
  verifierName,
} from "./artefact.ts";
export {
  type BatchContext,
  type BatchHeaderStruct,
  batchCommitment,
  computeBatchCommitment,
  fromHeaderStruct,
  MAX_PAYOUTS_PER_CALL,
  type PayArguments,
  payArguments,
  payGasLimit,
  publicInputFields,
  type SubmitBatchArguments,
  submitBatchArguments,
  toHeaderStruct,
} from "./batch.ts";
export type { CompiledContract } from "./compile.ts";
export {
  assertVerifiersAllowed,
  type CreateContract,
  DEFAULT_ROLLUP_PARAMETERS,
  DEV_CHAIN_IDS,
  type DeployedVerifier,
  type DeployOptions,
  deployContract,
  deployRollup,
  type RollupDeployment,
  type RollupParameters,
  rollupConstructorArguments,
  rollupCreation,
} from "./deploy.ts";
export type { ContractsErrorCode } from "./errors.ts";
export {
  type AccountLeaf,
  type EscapeEvent,
  type ExitArguments,
  type ExitManyArguments,
  encodeAccountLeaf,
  encodeQueueRecord,
  exitArguments,
  exitManyArguments,
  type IndexedAccount,
  parseEscapeEvents,
  type QueueRecord,
  type ReclaimArguments,
  reclaimArguments,
} from "./escape.ts";
export {
  type Check,
  checkDeployment,
  type ExpectedDeployment,
  type ExpectedVerifier,
  knownBlockSize,
} from "./verify/check.ts";
export {
  type Creation,
  type CreationHint,
  type DeployedCircuit,
  type DeployedRollup,
  type RollupViews,
  readDeployment,
} from "./verify/deployed.ts";
