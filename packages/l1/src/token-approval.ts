import { CairnError } from "@cairn/protocol";
import { type Address, encodeFunctionData, erc20Abi } from "viem";
import type { L1Reader, L1Wallet } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";
import { type ContractCall, estimateCall } from "./sending/call.ts";
import { type SendOptions, sendToContract } from "./sending/send.ts";

/**
 * Units of a token that `spender` may take from `owner`.
 *
 * @example const allowance = await readAllowance(reader, token, owner, rollup.address);
 */
export function readAllowance(reader: L1Reader, token: Address, owner: Address, spender: Address): Promise<bigint> {
  return reader.readContract({ address: token, abi: erc20Abi, functionName: "allowance", args: [owner, spender] });
}

/**
 * Lets `spender` take `amount` units of the wallet's tokens. Sends nothing when it already may; revokes an old approval
 * first where the token requires it, as USDT does. What `approve` returns does not count, since some tokens return
 * nothing. Throws `l1/approval-failed` when the token reports success without approving, and as `sendToContract`.
 *
 * @example await approveToken(reader, wallet, { token, spender: rollup.address, amount: 100n });
 */
export async function approveToken(
  reader: L1Reader,
  wallet: L1Wallet,
  { token, spender, amount }: { readonly token: Address; readonly spender: Address; readonly amount: bigint },
  options: SendOptions = {},
): Promise<void> {
  const owner = wallet.account.address;
  const allowance = await readAllowance(reader, token, owner, spender);
  if (allowance >= amount) return;
  if (allowance > 0n && !(await canApprove(reader, owner, approveCall(token, spender, amount)))) {
    await sendToContract(reader, wallet, approveCall(token, spender, 0n), options);
  }
  await sendToContract(reader, wallet, approveCall(token, spender, amount), options);
  const approved = await readAllowance(reader, token, owner, spender);
  if (approved >= amount) return;
  throw new CairnError<L1ErrorCode>(
    "l1/approval-failed",
    `the token ${token} approved ${approved} units, not ${amount}`,
    {
      details: { token, spender, amount, approved },
    },
  );
}

function approveCall(token: Address, spender: Address, amount: bigint): ContractCall {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [spender, amount] });
  return { name: "approve", to: token, data };
}

async function canApprove(reader: L1Reader, owner: Address, call: ContractCall): Promise<boolean> {
  try {
    await estimateCall(reader, owner, call);
    return true;
  } catch (error) {
    if (error instanceof CairnError) return false;
    throw error;
  }
}
