import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { findAccount, isRetryable } from "@cairn/sdk";
import { type Address, isAddressEqual } from "viem";
import { cliError } from "../errors.ts";
import type { Network } from "../network.ts";
import type { Ladder } from "./ladder.ts";

/** A demand that is about to be paid for. */
interface Demand {
  readonly index: number;
  readonly owner: Address;
  readonly ladder: Ladder;
}

/**
 * Refuses a demand that would take the fee and do nothing. L1 alone tells which indices can exist; a node, if one is named and
 * answers, tells the rest. It may lie to keep someone in, hence `--force`. Throws `cli/nothing-to-withdraw`.
 */
export async function assertWithdrawable(network: Network, rollup: L1Rollup, demand: Demand): Promise<void> {
  await assertCanExist(rollup, demand);
  if (!network.hasNode()) return;
  const { index, owner, ladder } = demand;
  try {
    const client = network.node();
    const account = await findAccount(client, index);
    if (account === null) {
      // A deposit that waits in the queue may create it before the demand is processed.
      if (ladder.queueHead < ladder.queueTail) return;
      throw nothing(demand, "the node knows no such account");
    }
    if (!isAddressEqual(account.owner as Address, owner)) throw nothing(demand, `it belongs to ${account.owner}`);
    const { entries } = await client.queue({ from: ladder.queueHead, limit: 100 });
    const waiting = entries.filter(({ isProcessed }) => !isProcessed);
    if (waiting.some((one) => one.type === "forcedWithdraw" && one.index === index)) {
      throw nothing(demand, "a demand for it waits in the queue already");
    }
    const isToppedUp = waiting.some((one) => one.type === "deposit" && one.index === index);
    if (BigInt(account.balance) === 0n && !isToppedUp) throw nothing(demand, "it is empty");
  } catch (error) {
    if (!isRetryable(error)) throw error;
  }
}

async function assertCanExist({ reader, address }: L1Rollup, demand: Demand): Promise<void> {
  const { index, ladder } = demand;
  const state = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
  // Every waiting entry may create an account, and so may transfers in blocks that are not proven yet: with a node, it knows.
  const isReserved = index < FIRST_ACCOUNT_INDEX;
  const isBeyond = index >= state.nextIndex && ladder.queueHead === ladder.queueTail;
  if (isReserved || isBeyond)
    throw nothing(demand, `accounts go from ${FIRST_ACCOUNT_INDEX} to ${state.nextIndex - 1}`);
}

function nothing({ index }: Demand, why: string) {
  return cliError("cli/nothing-to-withdraw", `account ${index} has nothing to withdraw: ${why}`, {
    details: { index },
  });
}
