export {
  arbitraryBlockInput,
  type BlockInput,
  type BlockInputOptions,
  blockContentOf,
  blockOptionsOf,
} from "./arbitrary-block.ts";
export { arbitraryHistory, type History, type HistoryOptions } from "./arbitrary-history.ts";
export { arbitraryAmount, arbitraryState, PEOPLE, TOKENS } from "./arbitrary-state.ts";
export type { TestkitErrorCode } from "./errors.ts";
export { type Person, personOf } from "./people.ts";
export {
  type ModelBlock,
  type ModelCrypto,
  type ModelGroupResult,
  type ModelResult,
  runReferenceModel,
  type StateInput,
} from "./reference-model.ts";
export { runScenario, type ScenarioBlock, type ScenarioOptions, type ScenarioResult } from "./scenario.ts";
export { createScenarioBook, type ScenarioBook, type ScenarioBookOptions } from "./scenario-book.ts";
export {
  ETH,
  type L1Statement,
  type L2Statement,
  parseScenario,
  type ScenarioAmount,
  type ScenarioLine,
  type ScenarioPayment,
  type ScenarioToken,
  type Statement,
} from "./scenario-language.ts";
export { createFundedTree, createPlainState, createSparseState, type SparseState } from "./sparse-state.ts";
export {
  FAKE_CRYPTO,
  linkContentOf,
  modelCrypto,
  REAL_CRYPTO,
  signTransaction,
  type TestCrypto,
} from "./test-crypto.ts";
