export { erc20Abi, fixedOperatorAbi, receiptsAbi, rollup2Abi } from "./abi.ts";
export {
  accessTable2,
  FIXED_OPERATOR_ACCESS,
  type FunctionAccess,
  type FunctionRow,
  policyAccessTable,
  ROLLUP_2_ACCESS,
} from "./access.ts";
export {
  artefactPath,
  loadArtefact2,
  loadVerifier2,
  type Rollup2Artefact,
  type SrsKind,
  srsOfBytecode,
  type Verifier2Artefact,
  verifierContract2,
} from "./artefact.ts";
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
} from "./batch.ts";
export type { CompiledContract } from "./compile.ts";
export {
  assertVerifiersAllowed,
  type CreateContract,
  DEFAULT_ROLLUP_2_PARAMETERS,
  DEV_CHAIN_IDS,
  type Deploy2Options,
  type DeployClients,
  type DeployedPolicy,
  type DeployedVerifier2,
  deployContract,
  deployRollup2,
  fixedOperatorCreation,
  L1_CAPACITY,
  type Rollup2Deployment,
  type Rollup2Parameters,
  rollup2ConstructorArguments,
  rollup2Creation,
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
export { type Receipt2Struct, receiptStruct } from "./receipt.ts";
export type { Check, ExpectedVerifier } from "./verify/check.ts";
export { checkDeployment2, type ExpectedDeployment2, lastCircuitOf } from "./verify/check-deployment.ts";
export type { Creation, CreationHint } from "./verify/deployed.ts";
export { type DeployedRollup2, type Rollup2Views, readDeployment2 } from "./verify/rollup.ts";
