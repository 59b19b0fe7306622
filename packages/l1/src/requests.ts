import { rollupAbi } from "@cairn/contracts";
import { type AccountIndex, bigintToAddress, type TokenId } from "@cairn/protocol";
import { type Address, encodeFunctionData, parseSignature, type TransactionReceipt } from "viem";
import { sendToRollup, waitForSuccess } from "./chain.ts";
import type { L1Rollup, L1Wallet } from "./connection.ts";
import { erc20PermitAbi } from "./erc20-permit-abi.ts";

/** Whom a deposit credits, and how. */
export interface DepositTarget {
  /** L1 address of the account's owner, as an integer. */
  readonly owner: bigint;
  /** Account to top up; 0 to create one. */
  readonly index: AccountIndex;
  /** Key of a created account; only the owner itself may set one, otherwise 0. */
  readonly key: bigint;
}

/** EIP-712 version of the token, "1" in nearly every token with permits; not readable on chain in a standard way. */
const PERMIT_DOMAIN_VERSION = "1";
const PERMIT_LIFETIME_SECONDS = 3600n;
/** Times the fee of now that is sent: of an empty queue, enough until 256 entries wait. */
const FEE_ROOM = 4n;

/** Wei that the next queue entry costs. */
export async function readQueueFee(rollup: L1Rollup): Promise<bigint> {
  return rollup.reader.readContract({ address: rollup.address, abi: rollupAbi, functionName: "queueFee" });
}

/**
 * Wei to send for the next queue entry, beyond an ETH deposit: the contract takes the fee of the moment and gives the rest
 * back in the same call. Others' entries raise the fee, in steps, before the transaction is mined; the exact fee of now would
 * let anybody who queues one entry more make it revert.
 */
export async function readQueueFeeWithRoom(rollup: L1Rollup): Promise<bigint> {
  return FEE_ROOM * (await readQueueFee(rollup));
}

/** Deposits `amount` wei, paying the queue fee on top; what is sent beyond it comes back. Throws `l1/transaction-reverted`. */
export async function depositEth(
  rollup: L1Rollup,
  wallet: L1Wallet,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  const fee = await readQueueFeeWithRoom(rollup);
  const { owner, index, key } = target;
  const data = encodeFunctionData({
    abi: rollupAbi,
    functionName: "depositETH",
    args: [amount, bigintToAddress(owner), index, key],
  });
  return sendToRollup(rollup, wallet, { name: "depositETH", data, value: amount + fee });
}

/** Approves and deposits `amount` units of an ERC-20. Throws `l1/transaction-reverted`. */
export async function depositToken(
  rollup: L1Rollup,
  wallet: L1Wallet,
  token: TokenId,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  const address = await readTokenAddress(rollup, token);
  const hash = await wallet.writeContract({
    address,
    abi: erc20PermitAbi,
    functionName: "approve",
    args: [rollup.address, amount],
  });
  await waitForSuccess(rollup.reader, hash, "approve");
  const value = await readQueueFeeWithRoom(rollup);
  const { owner, index, key } = target;
  const data = encodeFunctionData({
    abi: rollupAbi,
    functionName: "deposit",
    args: [token, amount, bigintToAddress(owner), index, key],
  });
  return sendToRollup(rollup, wallet, { name: "deposit", data, value });
}

/** Deposits `amount` units of an ERC-20 with an EIP-2612 approval signed here. Throws `l1/transaction-reverted`. */
export async function depositTokenWithPermit(
  rollup: L1Rollup,
  wallet: L1Wallet,
  token: TokenId,
  amount: bigint,
  target: DepositTarget,
): Promise<TransactionReceipt> {
  const permit = await signPermit(rollup, wallet, await readTokenAddress(rollup, token), amount);
  const value = await readQueueFeeWithRoom(rollup);
  const { owner, index, key } = target;
  const args = [token, amount, bigintToAddress(owner), index, key, permit] as const;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "depositWithPermit", args: args });
  return sendToRollup(rollup, wallet, { name: "depositWithPermit", data, value });
}

/** Demands the whole balance of the sender's account `index` on L1. Throws `l1/transaction-reverted`. */
export async function requestWithdraw(
  rollup: L1Rollup,
  wallet: L1Wallet,
  index: AccountIndex,
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "requestWithdraw", args: [index] });
  return sendToRollup(rollup, wallet, { name: "requestWithdraw", data, value: await readQueueFeeWithRoom(rollup) });
}

/** Demands a new key for the sender's account `index`. Throws `l1/transaction-reverted`. */
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

async function signPermit(rollup: L1Rollup, wallet: L1Wallet, token: Address, amount: bigint) {
  const { reader } = rollup;
  const owner = wallet.account.address;
  const contract = { address: token, abi: erc20PermitAbi } as const;
  const [name, nonce, block] = await Promise.all([
    reader.readContract({ ...contract, functionName: "name" }),
    reader.readContract({ ...contract, functionName: "nonces", args: [owner] }),
    reader.getBlock(),
  ]);
  const deadline = block.timestamp + PERMIT_LIFETIME_SECONDS;
  const signature = await wallet.signTypedData({
    domain: { name, version: PERMIT_DOMAIN_VERSION, chainId: reader.chain.id, verifyingContract: token },
    types: {
      Permit: [
        { name: "owner", type: "address" },
        { name: "spender", type: "address" },
        { name: "value", type: "uint256" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
      ],
    },
    primaryType: "Permit",
    message: { owner, spender: rollup.address, value: amount, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { deadline, v: 27 + yParity, r, s };
}
