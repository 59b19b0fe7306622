import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { MAX_PAGE, type RouteResponse } from "@cairn/rpc";
import { findAccount, isRetryable, type NodeClient } from "@cairn/sdk";
import type { EscapeLadder } from "@cairn/verify";
import { type Address, isAddressEqual } from "viem";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";

/** A withdrawal request that is about to be paid for. */
interface WithdrawalRequest {
  readonly index: number;
  readonly owner: Address;
  readonly ladder: EscapeLadder;
}

/**
 * Refuses a request that would cost the fee and do nothing. L1 alone shows which indices can exist; a node, if one is
 * named and answers, shows the rest. It may lie to keep someone in, hence `--force`. Throws `cli/nothing-to-withdraw`.
 */
export async function assertWithdrawable(
  network: Network,
  rollup: L1Rollup,
  request: WithdrawalRequest,
): Promise<void> {
  await assertCanExist(rollup, request);
  if (!network.hasNode()) return;
  const { index, owner, ladder } = request;
  try {
    const client = network.node();
    const account = await findAccount(client, index);
    if (account === null) {
      // A deposit waiting in the queue may create it before the request is processed.
      if (ladder.queueHead < ladder.queueTail) return;
      throw nothing(request, "the node knows no such account");
    }
    if (!isAddressEqual(account.owner as Address, owner)) throw nothing(request, `it belongs to ${account.owner}`);
    const waiting = await waitingTypes(client, ladder.queueHead, index);
    if (waiting.has("forcedWithdraw")) throw nothing(request, "a request for it is already waiting in the queue");
    if (BigInt(account.balance) === 0n && !waiting.has("deposit")) throw nothing(request, "it is empty");
  } catch (error) {
    if (!isRetryable(error)) throw error;
  }
}

/** Types of the waiting entries that name an account, read page by page: anyone can make the queue long. */
async function waitingTypes(client: NodeClient, queueHead: number, index: number): Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  const from = queueHead;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: RouteResponse<"queue"> = await client.queue(
      cursor === undefined ? { from, limit: MAX_PAGE } : { from, limit: MAX_PAGE, cursor },
    );
    for (const entry of page.entries) {
      if (entry.status === "received" && entry.index === index) types.add(entry.type);
    }
    cursor = page.next === cursor ? null : page.next;
  }
  return types;
}

async function assertCanExist({ reader, address }: L1Rollup, request: WithdrawalRequest): Promise<void> {
  const { index, ladder } = request;
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
  // Every waiting entry may create an account, and so may transfers in unproven blocks, which only a node knows.
  const isReserved = index < FIRST_ACCOUNT_INDEX;
  const isBeyond = index >= state.nextIndex && ladder.queueHead === ladder.queueTail;
  if (isReserved || isBeyond)
    throw nothing(request, `accounts go from ${FIRST_ACCOUNT_INDEX} to ${state.nextIndex - 1}`);
}

function nothing({ index }: WithdrawalRequest, why: string) {
  return cliError("cli/nothing-to-withdraw", `account ${index} has nothing to withdraw: ${why}`, {
    details: { index },
  });
}
