import { rollupAbi } from "@cairn/contracts";
import { CairnError } from "@cairn/protocol";
import { type Address, BaseError, decodeErrorResult, type Hex, isHex, type TransactionReceipt } from "viem";
import type { L1Reader, L1Rollup, L1Wallet } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";

/** One call of the rollup: what it is called in messages, its calldata, its value in wei. */
export interface RollupCall {
  readonly name: string;
  readonly data: Hex;
  readonly value?: bigint;
  /** Gas limit; what the L1 node estimates without it. */
  readonly gas?: bigint;
}

/** Gas that a call would use if `from` sent it now; sends nothing. Throws `l1/transaction-reverted` as {@link sendToRollup}. */
export async function estimateRollupCall(rollup: L1Rollup, from: Address, call: RollupCall): Promise<bigint> {
  const request = { to: rollup.address, data: call.data, value: call.value ?? 0n, account: from };
  try {
    await rollup.reader.call(request);
    return await rollup.reader.estimateGas(request);
  } catch (cause) {
    throw asRevert(cause, call.name);
  }
}

/**
 * Simulates, sends and waits for one call of the rollup. Throws `l1/transaction-reverted` with the contract's error name in
 * `details.reason`, before anything is sent when the simulation already fails.
 */
export async function sendToRollup(rollup: L1Rollup, wallet: L1Wallet, call: RollupCall): Promise<TransactionReceipt> {
  const request = { to: rollup.address, data: call.data, value: call.value ?? 0n };
  const limit = call.gas === undefined ? {} : { gas: call.gas };
  const { account } = wallet;
  try {
    await rollup.reader.call({ ...request, ...limit, account });
    const gas = call.gas ?? withMargin(await rollup.reader.estimateGas({ ...request, account }));
    return await waitForSuccess(rollup.reader, await wallet.sendTransaction({ ...request, gas }), call.name);
  } catch (cause) {
    throw asRevert(cause, call.name);
  }
}

/** Writes of a time cost nothing in the block that holds the same time already, where the estimate may be made. */
function withMargin(gas: bigint): bigint {
  return gas + gas / 5n;
}

/** Waits until the transaction is mined. Throws `l1/transaction-reverted`. */
export async function waitForSuccess(reader: L1Reader, hash: Hex, what: string): Promise<TransactionReceipt> {
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status === "success") return receipt;
  throw new CairnError<L1ErrorCode>("l1/transaction-reverted", `${what} reverted on L1 in ${hash}`, {
    details: { reason: "unknown", hash },
  });
}

/** A revert as a typed error; anything else as it is. */
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
    const { errorName, args } = decodeErrorResult({ abi: rollupAbi, data });
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
  return found;
}
