import type { SignedTransaction } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import type { NodeClient } from "@cairn/sdk";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { whileActive } from "../l1/frozen.ts";
import type { Network } from "../network.ts";
import type { CommandResult } from "../output.ts";
import { describeTransaction, payoutText } from "./report.ts";
import { findPayout, patienceOf, pollUntil, progressOf, type WaitFlags } from "./waiting.ts";

/** Submits a group, waits as requested, and reports what became of it; the first transaction stands for the group. */
export async function submitAndReport(
  context: Context,
  { client, network }: { readonly client: NodeClient; readonly network: Network },
  group: readonly SignedTransaction[],
  flags: WaitFlags,
): Promise<CommandResult> {
  const patience = patienceOf(context, flags);
  const seen = new Set<string>();
  const { wait } = flags;
  const submit = (signal: AbortSignal) =>
    client.submitAndWait(group, {
      timeoutMs: patience.timeoutMs,
      signal,
      status: wait === undefined ? "received" : progressOf(wait),
      onStatus: ({ id, status }) => {
        if (!seen.has(status)) context.output.progress(`${id.slice(0, 10)}… ${status}`);
        seen.add(status);
      },
    });
  const { signal } = patience;
  const transactions =
    wait === undefined ? await submit(signal) : await whileActive(network, { goal: wait, signal }, submit);
  const [first] = transactions;
  if (first === undefined) return { data: { transactions }, text: "nothing was submitted" };
  const payout = flags.wait === "paid" ? await waitForPayout(client, first, patience) : null;
  const texts = await Promise.all(transactions.map((one) => describeTransaction(network, one, payout, false)));
  const data = transactions.length === 1 ? { ...first, payout } : { transactions };
  return { data, text: texts.join("\n\n") };
}

/** Waits until a withdrawal was paid on L1, or must be claimed there. Throws `cli/not-reached`. */
export async function waitForPayout(
  client: NodeClient,
  withdrawal: RouteResponse<"transaction">,
  patience: Parameters<typeof pollUntil>[0],
): Promise<RouteResponse<"payouts">["payouts"][number]> {
  return pollUntil(patience, "paid on L1", async () => {
    const payout = await findPayout(client, withdrawal);
    if (payout === null || payout.status !== "owed") return payout;
    if (payout.leftGas === null) return null;
    throw cliError("cli/not-reached", `the payout is ${payoutText(payout)}`, {
      details: { id: withdrawal.id, block: payout.block, position: payout.position, leftGas: payout.leftGas },
    });
  });
}
