import { rollupAbi } from "@cairn/contracts";
import { type AccountIndex, bigintToAddress, type TokenId } from "@cairn/protocol";
import { type Address, encodeFunctionData, type TransactionReceipt } from "viem";
import type { L1Reader, L1Rollup, L1Wallet } from "./connection.ts";
import { type SignedPermit, signPermit } from "./permit.ts";
import type { RollupCall } from "./sending/call.ts";
import { sendToRollup } from "./sending/send.ts";
import { approveToken } from "./token-approval.ts";

/** The account that a deposit credits. */
export interface DepositTarget {
  /** L1 address of the account's owner, as an integer. */
  readonly owner: bigint;
  /** Account to top up; 0 to create one. */
  readonly index: AccountIndex;
  /** Key of a created account; only the owner may set one, otherwise 0. */
  readonly key: bigint;
}

/** A rollup of which only the contract is read. */
export interface RollupReads {
  readonly reader: Pick<L1Reader, "readContract">;
  readonly address: Address;
}

/** Multiple of the current fee that is sent: with an empty queue, enough until 256 entries are waiting. */
const FEE_ROOM = 4n;

/**
 * Fee of the next queue entry, in wei.
 *
 * @example const feeWei = await readQueueFee(rollup);
 */
export async function readQueueFee(rollup: RollupReads): Promise<bigint> {
  return rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "queueFee" });
}

/**
 * Wei to send for the next queue entry, on top of an ETH deposit: the contract takes the fee due at that moment and
 * returns the rest in the same call. Others' entries raise the fee in steps before the transaction is mined; with the
 * exact current fee, anyone could make it revert by queueing one more entry.
 *
 * @example await sendToRollup(rollup, wallet, withdrawRequestCall(64, await readQueueFeeWithRoom(rollup)));
 */
export async function readQueueFeeWithRoom(rollup: RollupReads): Promise<bigint> {
  return FEE_ROOM * (await readQueueFee(rollup));
}

/**
 * The call that deposits `amount` wei; `feeWei` is sent on top for the queue fee.
 *
 * @example const gas = await estimateRollupCall(rollup, from, depositEthCall(10n ** 18n, target, fee));
 */
export function depositEthCall(amount: bigint, { owner, index, key }: DepositTarget, feeWei: bigint): RollupCall {
  const args = [amount, bigintToAddress(owner), index, key] as const;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositETH", args });
  return { name: "depositETH", data, value: amount + feeWei };
}

/**
 * The call that deposits `amount` units of an ERC-20 that the rollup may already transfer, or may with `permit`.
 * See {@link depositEthCall}.
 */
export function depositTokenCall(
  token: TokenId,
  amount: bigint,
  { owner, index, key }: DepositTarget,
  feeWei: bigint,
  permit: SignedPermit | null = null,
): RollupCall {
  const args = [token, amount, bigintToAddress(owner), index, key] as const;
  if (permit === null) {
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "deposit", args });
    return { name: "deposit", data, value: feeWei };
  }
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositWithPermit", args: [...args, permit] });
  return { name: "depositWithPermit", data, value: feeWei };
}

/** The call that requests the whole balance of the sender's account `index`. See {@link readQueueFeeWithRoom}. */
export function withdrawRequestCall(index: number, feeWei: bigint): RollupCall {
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "requestWithdraw", args: [index] });
  return { name: "requestWithdraw", data, value: feeWei };
}

/** The call that requests a new key for the sender's account `index`. See {@link readQueueFeeWithRoom}. */
export function setKeyRequestCall(index: number, key: bigint, feeWei: bigint): RollupCall {
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "requestSetKey", args: [index, key] });
  return { name: "requestSetKey", data, value: feeWei };
}

/**
 * Deposits `amount` wei, paying the queue fee on top; any excess is returned. Throws as `sendToRollup`.
 *
 * @example await depositEth(rollup, wallet, 10n ** 18n, { owner, index: accountIndex(0), key }); // 0: a new account
 */
export async function depositEth(
  rollup: L1Rollup,
  wallet: L1Wallet,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  return sendToRollup(rollup, wallet, depositEthCall(amount, target, await readQueueFeeWithRoom(rollup)));
}

/**
 * Approves `amount` units of an ERC-20 where needed and deposits them. Throws as `approveToken` and `sendToRollup`.
 *
 * @example await depositToken(rollup, wallet, tokenId(1), 100n, { owner, index: accountIndex(0), key });
 */
export async function depositToken(
  rollup: L1Rollup,
  wallet: L1Wallet,
  token: TokenId,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  const { reader, address: spender } = rollup;
  await approveToken(reader, wallet, { token: await readTokenAddress(rollup, token), spender, amount });
  return sendToRollup(rollup, wallet, depositTokenCall(token, amount, target, await readQueueFeeWithRoom(rollup)));
}

/**
 * Deposits `amount` units of an ERC-20 with an EIP-2612 approval signed here. Throws as `signPermit` and
 * `sendToRollup`. See {@link depositToken}.
 */
export async function depositTokenWithPermit(
  rollup: L1Rollup,
  wallet: L1Wallet,
  token: TokenId,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  const { reader, address: spender } = rollup;
  const permit = await signPermit(reader, wallet, { token: await readTokenAddress(rollup, token), spender, amount });
  const fee = await readQueueFeeWithRoom(rollup);
  return sendToRollup(rollup, wallet, depositTokenCall(token, amount, target, fee, permit));
}

/**
 * Requests the whole balance of the sender's account `index` on L1. Throws as `sendToRollup`.
 *
 * @example await requestWithdraw(rollup, wallet, accountIndex(64));
 */
export async function requestWithdraw(
  rollup: L1Rollup,
  wallet: L1Wallet,
  index: AccountIndex,
): Promise<TransactionReceipt> {
  return sendToRollup(rollup, wallet, withdrawRequestCall(index, await readQueueFeeWithRoom(rollup)));
}

/**
 * Requests a new key for the sender's account `index`. Throws as `sendToRollup`.
 *
 * @example await requestSetKey(rollup, wallet, accountIndex(64), publicKey);
 */
export async function requestSetKey(
  rollup: L1Rollup,
  wallet: L1Wallet,
  index: AccountIndex,
  key: bigint,
): Promise<TransactionReceipt> {
  return sendToRollup(rollup, wallet, setKeyRequestCall(index, key, await readQueueFeeWithRoom(rollup)));
}

/**
 * Contract of a registered ERC-20; the zero address for ETH and unknown ids.
 *
 * @example await readTokenAddress(rollup, tokenId(0)) // the zero address
 */
export async function readTokenAddress(rollup: RollupReads, token: TokenId): Promise<Address> {
  return rollup.reader.readContract({
    address: rollup.address,
    abi: rollupAbi,
    functionName: "tokenAddress",
    args: [token],
  });
}
