export { erc20Abi, fixedOperatorAbi, receiptsAbi, rollupAbi } from "./abi.ts";
export {
  accessTable,
  FIXED_OPERATOR_ACCESS,
  type FunctionAccess,
  type FunctionRow,
  policyAccessTable,
  ROLLUP_ACCESS,
} from "./access.ts";
export {
  type BatchHeaderStruct,
  fromHeaderStruct,
  type PayArguments,
  type ProvenBatch,
  payArguments,
  payGasLimit,
  payoutMask,
  type SubmitBatchArguments,
  submitBatchArguments,
  toHeaderStruct,
} from "./batch.ts";
export type { CompiledContract, ImmutableReference } from "./compiled.ts";
export {
  assertVerifiersAllowed,
  type CreateContract,
  DEFAULT_ROLLUP_2_PARAMETERS,
  DEV_CHAIN_IDS,
  type DeployClients,
  type DeployedPolicy,
  type DeployedVerifier,
  type DeployOptions,
  deployContract,
  deployRollup,
  fixedOperatorCreation,
  L1_CAPACITY,
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
export { type ReceiptStruct, receiptStruct } from "./receipt.ts";
export { type SrsKind, srsOfBytecode, verifierContract } from "./srs.ts";
export type { Check, ExpectedVerifier } from "./verify/check.ts";
export { checkDeployment, type ExpectedDeployment, lastCircuitOf } from "./verify/check-deployment.ts";
export type { Creation, CreationHint } from "./verify/deployed.ts";
export { type DeployedRollup, type RollupViews, readDeployment } from "./verify/rollup.ts";
