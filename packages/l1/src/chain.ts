import { rollupAbi } from "@cairn/contracts";
import { addressToBigint, CairnError, type Domain } from "@cairn/protocol";
import {
  type Account,
  type Address,
  BaseError,
  type Chain,
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  defineChain,
  type Hex,
  http,
  isHex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from "viem";
import type { L1ErrorCode } from "./errors.ts";

/** A connection that reads L1. */
export type L1Reader = PublicClient<Transport, Chain>;
/** A connection that sends as one account. */
export type L1Wallet = WalletClient<Transport, Chain, Account>;

/** A deployed rollup and the connection to read it through. */
export interface L1Rollup {
  readonly reader: L1Reader;
  readonly address: Address;
}

/** Reads `rpcUrl` as chain `chainId`. `pollingIntervalMs` is how often receipts are asked for, 100 by default. */
export function connectReader(rpcUrl: string, chainId: number, pollingIntervalMs = 100): L1Reader {
  return createPublicClient({
    chain: chainOf(rpcUrl, chainId),
    transport: http(rpcUrl),
    pollingInterval: pollingIntervalMs,
    cacheTime: 0,
  });
}

/** Sends as `account` through `rpcUrl`. */
export function connectWallet(rpcUrl: string, chainId: number, account: Account): L1Wallet {
  return createWalletClient({ account, chain: chainOf(rpcUrl, chainId), transport: http(rpcUrl) });
}

/** What signatures and proofs of this rollup are bound to. */
export function rollupDomain(rollup: L1Rollup): Domain {
  return { chainId: BigInt(rollup.reader.chain.id), rollup: addressToBigint(rollup.address) };
}

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

function chainOf(rpcUrl: string, chainId: number): Chain {
  return defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
}
