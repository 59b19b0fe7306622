import { fixedOperatorAbi, rollupAbi } from "@cairn/contracts";
import { CairnError } from "@cairn/protocol";
import { type Address, BaseError, decodeErrorResult, ExecutionRevertedError, type Hex, isHex } from "viem";
import type { L1Rollup } from "../connection.ts";
import type { L1ErrorCode } from "../errors.ts";
import type { SendingReader } from "./parties.ts";

/** The rollup's and its policy's. */
const ERRORS = [...rollupAbi, ...fixedOperatorAbi] as const;

/** One call of the rollup: its name for messages, its calldata, its value in wei. */
export interface RollupCall {
  /** The rollup without; its policy, for calls that change who has precedence. */
  readonly to?: Address;
  readonly name: string;
  readonly data: Hex;
  readonly value?: bigint;
  /** Gas limit; by default the L1 node's estimate plus a fifth. */
  readonly gas?: bigint;
}

/** A call of any contract. */
export interface ContractCall extends RollupCall {
  readonly to: Address;
}

/** A call, or the creation of a contract, whose `to` is null and whose data is its init code with arguments. */
export interface CallOrCreation extends Omit<RollupCall, "to"> {
  readonly to: Address | null;
}

/** A call ready to be signed. */
export interface CompleteCall extends Required<CallOrCreation> {
  /** Whether it must emit the rollup's events. */
  readonly isRollup: boolean;
}

/**
 * Gas that a call would use if `from` sent it now; sends nothing. Throws `l1/transaction-reverted` with the contract's
 * reason. See {@link depositEthCall}.
 */
export async function estimateRollupCall(rollup: L1Rollup, from: Address, call: RollupCall): Promise<bigint> {
  return estimateCall(rollup.reader, from, { to: rollup.address, ...call });
}

/** Gas that a call of any contract would use now. Throws `l1/transaction-reverted` with the contract's reason. */
export async function estimateCall(
  reader: SendingReader,
  from: Address,
  { name, to, data, value = 0n, gas }: CallOrCreation,
): Promise<bigint> {
  const request = { ...(to === null ? {} : { to }), data, value, account: from };
  try {
    await reader.call(gas === undefined ? request : { ...request, gas });
    return await reader.estimateGas(request);
  } catch (cause) {
    throw asRevert(cause, name);
  }
}

/** A revert as `l1/transaction-reverted`; anything else as it is. */
function asRevert(cause: unknown, name: string): unknown {
  const data = revertData(cause);
  if (data === null) return cause;
  const { reason, args } = decodeRevert(data);
  return new CairnError<L1ErrorCode>("l1/transaction-reverted", `${name} reverts: ${reason}`, {
    cause,
    details: { reason, arguments: args },
  });
}

function decodeRevert(data: Hex): { readonly reason: string; readonly args: readonly unknown[] } {
  try {
    const { errorName, args } = decodeErrorResult({ abi: ERRORS, data });
    return { reason: errorName, args: args ?? [] };
  } catch {
    return { reason: data === "0x" ? "no reason given" : data, args: [] };
  }
}

function revertData(error: unknown): Hex | null {
  if (!(error instanceof BaseError)) return null;
  let found: Hex | null = null;
  error.walk((inner) => {
    const { data } = inner as { readonly data?: unknown };
    if (isHex(data)) found = data;
    return found !== null;
  });
  // Some L1 nodes say that a call reverts, and not with what.
  return found ?? (error.walk((inner) => inner instanceof ExecutionRevertedError) === null ? null : "0x");
}
