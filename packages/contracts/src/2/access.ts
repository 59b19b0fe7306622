import { type FunctionAccess, type FunctionRow, ROLLUP_ACCESS, rowsOf } from "../access.ts";
import { fixedOperatorAbi } from "../generated/fixed-operator-abi.ts";
import { rollup2Abi } from "../generated/rollup-2-abi.ts";

type Rollup2Function = Extract<(typeof rollup2Abi)[number], { type: "function" }>;
type PolicyFunction = Extract<(typeof fixedOperatorAbi)[number], { type: "function"; stateMutability: "nonpayable" }>;
type StateChangingFunction2 = Exclude<Rollup2Function, { stateMutability: "view" | "pure" }>["name"];

/** As `ROLLUP_ACCESS`, of the rollup of version 2, which leaves the operator to its policy. */
export const ROLLUP_2_ACCESS: Readonly<Record<StateChangingFunction2, FunctionAccess>> = {
  registerToken: ROLLUP_ACCESS.registerToken,
  depositETH: ROLLUP_ACCESS.depositETH,
  deposit: ROLLUP_ACCESS.deposit,
  depositWithPermit: ROLLUP_ACCESS.depositWithPermit,
  requestWithdraw: ROLLUP_ACCESS.requestWithdraw,
  requestSetKey: ROLLUP_ACCESS.requestSetKey,
  submitBatch: {
    caller: "operatorFirst",
    effect:
      "advances the state with a valid proof and pays chosen payouts; the policy's leader first, open to anyone once an entry is overdue or the leader idles",
  },
  pay: ROLLUP_ACCESS.pay,
  claim: ROLLUP_ACCESS.claim,
  claimFor: ROLLUP_ACCESS.claimFor,
  freeze: ROLLUP_ACCESS.freeze,
  exit: ROLLUP_ACCESS.exit,
  exitMany: ROLLUP_ACCESS.exitMany,
  reclaim: ROLLUP_ACCESS.reclaim,
};

/** As `ROLLUP_ACCESS`, of the policy `FixedOperator`: it decides who may submit first, and nothing else. */
export const FIXED_OPERATOR_ACCESS: Readonly<Record<PolicyFunction["name"], FunctionAccess>> = {
  propose: ROLLUP_ACCESS.proposeOperator,
  accept: ROLLUP_ACCESS.acceptOperator,
  burn: ROLLUP_ACCESS.burnOperator,
};

/** {@link ROLLUP_2_ACCESS} with signatures. */
export function accessTable2(): FunctionRow[] {
  return rowsOf(rollup2Abi, ROLLUP_2_ACCESS);
}

/** {@link FIXED_OPERATOR_ACCESS} with signatures. */
export function policyAccessTable(): FunctionRow[] {
  return rowsOf(fixedOperatorAbi, FIXED_OPERATOR_ACCESS);
}
