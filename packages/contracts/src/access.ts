import { type Abi, toFunctionSelector, toFunctionSignature } from "viem";
import { fixedOperatorAbi } from "./generated/fixed-operator-abi.ts";
import { rollupAbi } from "./generated/rollup-abi.ts";

type RollupFunction = Extract<(typeof rollupAbi)[number], { type: "function" }>;
type PolicyFunction = Extract<(typeof fixedOperatorAbi)[number], { type: "function"; stateMutability: "nonpayable" }>;

/** Name of a function of the rollup that can change its state. */
export type StateChangingFunction = Exclude<RollupFunction, { stateMutability: "view" | "pure" }>["name"];

/** Who may call a function. */
export interface FunctionAccess {
  /**
   * `anyone`; `operator` and `proposedOperator`: that address only; `operatorFirst`: whom the policy names, and anyone
   * else once that one leaves work undone or if it names nobody.
   */
  readonly caller: "anyone" | "operator" | "proposedOperator" | "operatorFirst";
  /** What a call can do, and what limits it. */
  readonly effect: string;
}

/**
 * Every function that can change the rollup's state, and who may call it. The deployed code's dispatcher is compared
 * with this list.
 *
 * @example ROLLUP_ACCESS.freeze.caller // "anyone"
 */
export const ROLLUP_ACCESS: Readonly<Record<StateChangingFunction, FunctionAccess>> = {
  registerToken: { caller: "anyone", effect: "gives a token the next number, which can never be changed or removed" },
  depositETH: { caller: "anyone", effect: "queues the caller's ETH for an owner" },
  deposit: { caller: "anyone", effect: "queues the caller's tokens for an owner" },
  depositWithPermit: { caller: "anyone", effect: "queues the caller's tokens for an owner" },
  requestWithdraw: {
    caller: "anyone",
    effect: "queues a withdrawal; without effect unless the account is the caller's",
  },
  requestSetKey: { caller: "anyone", effect: "queues a new key; without effect unless the account is the caller's" },
  submitBatch: {
    caller: "operatorFirst",
    effect:
      "advances the state with a valid proof and pays chosen payouts; the policy's leader first, open to anyone once an entry is overdue or the leader idles",
  },
  pay: { caller: "anyone", effect: "pays proven payouts to their recipients, each once" },
  claim: { caller: "anyone", effect: "sends what the caller can claim to any address" },
  claimFor: { caller: "anyone", effect: "pays a claimable amount to its owner" },
  freeze: { caller: "anyone", effect: "stops the rollup for good once an entry has waited for the freeze delay" },
  exit: { caller: "anyone", effect: "after a freeze: pays an account's balance to its owner, once" },
  exitMany: { caller: "anyone", effect: "after a freeze: pays several accounts' balances to their owners, each once" },
  reclaim: { caller: "anyone", effect: "after a freeze: pays an unprocessed entry back to its owner, once" },
};

/** As {@link ROLLUP_ACCESS}, of the policy `FixedOperator`: it decides who may submit first, and nothing else. */
export const FIXED_OPERATOR_ACCESS: Readonly<Record<PolicyFunction["name"], FunctionAccess>> = {
  propose: { caller: "operator", effect: "names a successor, who must accept" },
  accept: { caller: "proposedOperator", effect: "takes over the operator's role" },
  burn: { caller: "operator", effect: "opens submission to anyone, for ever" },
};

/** One row of the table that `cairn verify-deployment` prints. */
export interface FunctionRow extends FunctionAccess {
  readonly signature: string;
  readonly selector: string;
}

/** {@link ROLLUP_ACCESS} with signatures, in the order of the table. */
export function accessTable(): FunctionRow[] {
  return rowsOf(rollupAbi, ROLLUP_ACCESS);
}

/** {@link FIXED_OPERATOR_ACCESS} with signatures, in the order of the table. */
export function policyAccessTable(): FunctionRow[] {
  return rowsOf(fixedOperatorAbi, FIXED_OPERATOR_ACCESS);
}

function rowsOf(abi: Abi, table: Readonly<Record<string, FunctionAccess>>): FunctionRow[] {
  const functions = abi.filter((item) => item.type === "function");
  return Object.entries(table).flatMap(([name, access]) => {
    return functions
      .filter((item) => item.name === name)
      .map((item) => ({ signature: toFunctionSignature(item), selector: toFunctionSelector(item), ...access }));
  });
}

/** Selectors of all functions of a contract, views included, lowest first. */
export function selectorsOf(abi: Abi): string[] {
  return abi.flatMap((item) => (item.type === "function" ? [toFunctionSelector(item)] : [])).sort();
}

/** Functions of an ABI that can change state and are missing in a table such as {@link ROLLUP_ACCESS}. */
export function functionsWithoutAccess(abi: Abi, table: Readonly<Record<string, FunctionAccess>>): string[] {
  return abi.flatMap((item) => {
    const changesState = item.type === "function" && item.stateMutability !== "view" && item.stateMutability !== "pure";
    return changesState && !Object.hasOwn(table, item.name) ? [item.name] : [];
  });
}
