import { rollupAbi } from "@cairn/contracts";
import { readQueueFeeWithRoom, setKeyRequestCall, withdrawRequestCall } from "@cairn/l1";
import { FIRST_ACCOUNT_INDEX, MAX_ACCOUNTS } from "@cairn/protocol";
import { isAddressEqual } from "viem";
import { sdkError } from "../errors.ts";
import { findAccount } from "../payee.ts";
import type { Handle } from "../requests/handle.ts";
import { senderOf } from "../requests/l1-sending.ts";
import type { CairnClient, L1Connection } from "./context.ts";
import { assertActive } from "./deposit.ts";
import { type RequestOptions, sendOnL1 } from "./send-on-l1.ts";

/** Parameters of {@link forceWithdraw}. */
export interface ForceWithdrawParameters extends RequestOptions {
  readonly account: number;
  /** Sends it even if the node says that it would do nothing: in case the node lies. */
  readonly force?: boolean;
}

/** Parameters of {@link setKey}. */
export interface SetKeyParameters extends RequestOptions {
  readonly account: number;
  /** x of the public key; the signer's by default. */
  readonly key?: bigint;
  /** See {@link ForceWithdrawParameters}. */
  readonly force?: boolean;
}

/**
 * Requests an account's whole balance on L1, without asking the operator. Only its owner can. Throws
 * `sdk/nothing-to-do` for an account that does not exist, is somebody else's or is empty, as far as node and L1 say;
 * `sdk/frozen`, and as `deposit`.
 *
 * @example await (await forceWithdraw(client, { account: 66 })).wait({ for: "paid" });
 */
export async function forceWithdraw(
  client: CairnClient,
  { requestId, account, force = false }: ForceWithdrawParameters,
): Promise<Handle<"forceWithdraw">> {
  assertIndex(account);
  return sendOnL1(client, {
    kind: "forceWithdraw",
    requestId,
    wanted: { account },
    makeCall: async (l1) => {
      await assertActive(l1, "requests");
      if (!force) await assertUseful(client, l1, account, { isEmptyUseless: true });
      return withdrawRequestCall(account, await readQueueFeeWithRoom(l1));
    },
  });
}

/**
 * Sets the key of one of the owner's accounts on L1, which also authorises it: whoever pays the owner's address finds
 * the account. Throws as {@link forceWithdraw}, and `sdk/no-signer` without a key.
 *
 * @example await (await setKey(client, { account: 66 })).wait({ for: "confirmed" });
 */
export async function setKey(
  client: CairnClient,
  { requestId, account, key = client.cairn.signer().key, force = false }: SetKeyParameters,
): Promise<Handle<"setKey">> {
  assertIndex(account);
  return sendOnL1(client, {
    kind: "setKey",
    requestId,
    wanted: { account, key },
    makeCall: async (l1) => {
      await assertActive(l1, "requests");
      if (!force) await assertUseful(client, l1, account, { isEmptyUseless: false });
      return setKeyRequestCall(account, key, await readQueueFeeWithRoom(l1));
    },
  });
}

/** Refuses a request that would cost the fee and do nothing. */
async function assertUseful(
  client: CairnClient,
  { reader, address }: L1Connection,
  index: number,
  { isEmptyUseless }: { readonly isEmptyUseless: boolean },
): Promise<void> {
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
  // Waiting entries may create an account, and so may transfers in unproven blocks, which only a node knows.
  const mayAppear = state.queueHead < state.queueTail;
  if (!client.cairn.hasNode) {
    if (index >= state.nextIndex && !mayAppear) throw nothing(index, "L1 knows no such account");
    return;
  }
  const account = await findAccount(await client.cairn.node(), index);
  if (account === null) {
    if (mayAppear) return;
    throw nothing(index, "the node knows no such account");
  }
  if (!isAddressEqual(account.owner as `0x${string}`, senderOf(client).address))
    throw nothing(index, `it belongs to ${account.owner}`);
  if (isEmptyUseless && BigInt(account.balance) === 0n && !mayAppear) throw nothing(index, "it is empty");
}

function assertIndex(index: number): void {
  if (Number.isInteger(index) && index >= FIRST_ACCOUNT_INDEX && index < MAX_ACCOUNTS) return;
  throw sdkError("sdk/unknown-account", `there can be no account ${index}`, { details: { index } });
}

function nothing(index: number, why: string) {
  return sdkError("sdk/nothing-to-do", `a request for account ${index} would do nothing: ${why}`, {
    details: { index },
  });
}
