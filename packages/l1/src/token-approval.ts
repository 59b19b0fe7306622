import { CairnError, isCairnError } from "@cairn/protocol";
import { type Address, encodeFunctionData, erc20Abi } from "viem";
import type { L1Reader } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";
import { type ContractCall, estimateCall } from "./sending/call.ts";
import type { SendingReader, SigningWallet } from "./sending/parties.ts";
import { type SendOptions, sendToContract } from "./sending/send.ts";

/**
 * Units of a token that `spender` may take from `owner`.
 *
 * @example const allowance = await readAllowance(reader, token, owner, rollup.address);
 */
export function readAllowance(
  reader: Pick<L1Reader, "readContract">,
  token: Address,
  owner: Address,
  spender: Address,
): Promise<bigint> {
  return reader.readContract({ address: token, abi: erc20Abi, functionName: "allowance", args: [owner, spender] });
}

/** An approval that is wanted. */
export interface WantedApproval {
  readonly token: Address;
  readonly owner: Address;
  readonly spender: Address;
  readonly amount: bigint;
}

/**
 * The calls that let `spender` take `amount` units of the owner's tokens, to be mined one after another: none when it
 * already may; one to revoke an old approval first where the token requires that, as USDT does. Throws what the RPC
 * throws.
 *
 * @example for (const call of await approvalCalls(reader, { token, owner, spender, amount })) await send(call);
 */
export async function approvalCalls(
  reader: SendingReader,
  { token, owner, spender, amount }: WantedApproval,
): Promise<ContractCall[]> {
  const allowance = await readAllowance(reader, token, owner, spender);
  if (allowance >= amount) return [];
  const wanted = approveCall(token, spender, amount);
  if (allowance === 0n || (await canApprove(reader, owner, wanted))) return [wanted];
  return [approveCall(token, spender, 0n), wanted];
}

/**
 * Throws `l1/approval-failed` when the allowance is too small: some tokens report success without approving, and what
 * `approve` returns does not count, since some return nothing. See {@link approvalCalls}.
 */
export async function assertApproved(
  reader: Pick<L1Reader, "readContract">,
  { token, owner, spender, amount }: WantedApproval,
): Promise<void> {
  const approved = await readAllowance(reader, token, owner, spender);
  if (approved >= amount) return;
  const message = `the token ${token} approved ${approved} units, not ${amount}`;
  throw new CairnError<L1ErrorCode>("l1/approval-failed", message, { details: { token, spender, amount, approved } });
}

/**
 * Lets `spender` take `amount` units of the wallet's tokens, by the calls of {@link approvalCalls}. Throws
 * `l1/approval-failed` when the token reports success without approving, and as `sendToContract`.
 *
 * @example await approveToken(reader, wallet, { token, spender: rollup.address, amount: 100n });
 */
export async function approveToken(
  reader: SendingReader,
  wallet: SigningWallet,
  approval: Omit<WantedApproval, "owner">,
  options: SendOptions = {},
): Promise<void> {
  const wanted = { ...approval, owner: wallet.account.address };
  const calls = await approvalCalls(reader, wanted);
  for (const call of calls) await sendToContract(reader, wallet, call, options);
  if (calls.length > 0) await assertApproved(reader, wanted);
}

function approveCall(token: Address, spender: Address, amount: bigint): ContractCall {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [spender, amount] });
  return { name: "approve", to: token, data };
}

async function canApprove(reader: SendingReader, owner: Address, call: ContractCall): Promise<boolean> {
  try {
    await estimateCall(reader, owner, call);
    return true;
  } catch (error) {
    if (isCairnError(error, "l1/transaction-reverted")) return false;
    throw error;
  }
}
