import { rollupAbi } from "@cairn/contracts";
import { type AccountIndex, bigintToAddress, type TokenId } from "@cairn/protocol";
import { type Address, encodeFunctionData, type TransactionReceipt } from "viem";
import type { L1Rollup, L1Wallet } from "./connection.ts";
import { type SignedPermit, signPermit } from "./permit.ts";
import type { RollupCall } from "./sending/call.ts";
import { sendToRollup } from "./sending/send.ts";
import { approveToken } from "./token-approval.ts";

/** Whom a deposit credits, and how. */
export interface DepositTarget {
  /** L1 address of the account's owner, as an integer. */
  readonly owner: bigint;
  /** Account to top up; 0 to create one. */
  readonly index: AccountIndex;
  /** Key of a created account; only the owner itself may set one, otherwise 0. */
  readonly key: bigint;
}

/** Times the fee of now that is sent: of an empty queue, enough until 256 entries wait. */
const FEE_ROOM = 4n;

/** Wei that the next queue entry costs. */
export async function readQueueFee(rollup: L1Rollup): Promise<bigint> {
  return rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "queueFee" });
}

/**
 * Wei to send for the next queue entry, beyond an ETH deposit: the contract takes the fee of the moment and gives the rest
 * back in the same call. Others' entries raise the fee, in steps, before the transaction is mined; with the exact fee of now,
 * anyone who queues one entry more would make it revert.
 */
export async function readQueueFeeWithRoom(rollup: L1Rollup): Promise<bigint> {
  return FEE_ROOM * (await readQueueFee(rollup));
}

/** The call that deposits `amount` wei; `feeWei` is sent on top for the queue fee. */
export function depositEthCall(amount: bigint, { owner, index, key }: DepositTarget, feeWei: bigint): RollupCall {
  const args = [amount, bigintToAddress(owner), index, key] as const;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositETH", args });
  return { name: "depositETH", data, value: amount + feeWei };
}

/** The call that deposits `amount` units of an ERC-20 that the rollup may take, with a permit when there is one. */
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

/** The call that demands the whole balance of the sender's account `index`. */
export function withdrawRequestCall(index: number, feeWei: bigint): RollupCall {
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "requestWithdraw", args: [index] });
  return { name: "requestWithdraw", data, value: feeWei };
}

/** Deposits `amount` wei, paying the queue fee on top; what is sent beyond it comes back. Throws as `sendToRollup`. */
export async function depositEth(
  rollup: L1Rollup,
  wallet: L1Wallet,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  return sendToRollup(rollup, wallet, depositEthCall(amount, target, await readQueueFeeWithRoom(rollup)));
}

/** Approves `amount` units of an ERC-20 where needed and deposits them. Throws as `approveToken` and `sendToRollup`. */
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

/** Deposits `amount` units of an ERC-20 with an EIP-2612 approval signed here. Throws as `signPermit` and `sendToRollup`. */
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

/** Demands the whole balance of the sender's account `index` on L1. Throws as `sendToRollup`. */
export async function requestWithdraw(
  rollup: L1Rollup,
  wallet: L1Wallet,
  index: AccountIndex,
): Promise<TransactionReceipt> {
  return sendToRollup(rollup, wallet, withdrawRequestCall(index, await readQueueFeeWithRoom(rollup)));
}

/** Demands a new key for the sender's account `index`. Throws as `sendToRollup`. */
export async function requestSetKey(
  rollup: L1Rollup,
  wallet: L1Wallet,
  index: AccountIndex,
  key: bigint,
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "requestSetKey", args: [index, key] });
  return sendToRollup(rollup, wallet, { name: "requestSetKey", data, value: await readQueueFeeWithRoom(rollup) });
}

/** Contract of a registered ERC-20; the zero address for ETH and unknown ids. */
export async function readTokenAddress(rollup: L1Rollup, token: TokenId): Promise<Address> {
  return rollup.reader.readContract({
    address: rollup.address,
    abi: rollupAbi,
    functionName: "tokenAddress",
    args: [token],
  });
}
