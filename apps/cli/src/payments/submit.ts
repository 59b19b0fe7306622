import { messageHash } from "@cairn/crypto";
import { isCairnError, messageWords, type SignedTransaction } from "@cairn/protocol";
import { bigintToWord, type RouteResponse } from "@cairn/rpc";
import { apiErrorOf, isRetryable, type NodeClient } from "@cairn/sdk";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { whileActive } from "../l1/frozen.ts";
import { intentOf, type Request } from "../l1/journaled.ts";
import type { CommandResult } from "../output.ts";
import { openPaymentJournal } from "./journal.ts";
import { describeTransaction, payoutText } from "./report.ts";
import type { SigningSession } from "./session.ts";
import { patienceOf, payoutOf, pollUntil, progressOf, type WaitFlags } from "./waiting.ts";

/** Options of commands that submit L2 transactions. */
export interface SubmitFlags extends WaitFlags {
  /** Signs anew although an earlier run of the same request has an unknown outcome. */
  readonly again?: boolean;
}

/** Adds `--again`. */
export function addAgainOption(command: Command): Command {
  return command.option("--again", "sign another one even though an earlier run's outcome is unknown: may pay twice");
}

/**
 * Submits the group that `sign` makes, waits as requested, and reports what became of it; the first transaction stands
 * for the group. If an earlier run of the same request signed a group whose result was never reported, this submits
 * that one and signs no other. Throws `cli/payment-unknown` when the node may or may not have accepted it,
 * `cli/bad-journal`, and as the client does.
 */
export async function submitAndReport(
  context: Context,
  session: Pick<SigningSession, "client" | "network" | "domain" | "wallet">,
  request: Request,
  sign: () => Promise<readonly SignedTransaction[]>,
  flags: SubmitFlags,
): Promise<CommandResult> {
  const { client, network, domain, wallet } = session;
  const patience = patienceOf(context, flags);
  const journal = openPaymentJournal(context.home, domain);
  const intent = intentOf({ ...request, signer: wallet.key });
  const earlier = flags.again === true ? null : journal.find(intent);
  const group = earlier?.group ?? (await sign());
  if (group.length === 0) return { data: { transactions: [] }, text: "nothing was submitted" };
  const ids = group.map(({ transaction }) => bigintToWord(messageHash(messageWords(transaction, domain))));
  if (earlier === null) journal.store(intent, group);
  else context.output.progress(`resuming ${ids[0]}, which an earlier run signed at ${earlier.createdAt}`);
  const transactions = await follow(context, session, { group, ids, flags }).catch((error: unknown) => {
    if (isDecided(error)) journal.remove(intent);
    throw error;
  });
  context.afterResult(() => journal.remove(intent));
  const [first] = transactions;
  if (first === undefined) return { data: { transactions }, text: "nothing was submitted" };
  const payout = flags.wait === "paid" ? await waitForPayout(client, first, patience) : null;
  const texts = await Promise.all(transactions.map((one) => describeTransaction(network, one, payout, false)));
  const isResumed = earlier !== null;
  const data = transactions.length === 1 ? { ...first, payout, isResumed } : { transactions, isResumed };
  if (isResumed) texts.push(`Signed by an earlier run at ${earlier.createdAt}; --again signs another one.`);
  return { data, text: texts.join("\n\n") };
}

/** What is submitted, and how long it is waited for. */
interface Submission {
  readonly group: readonly SignedTransaction[];
  readonly ids: readonly string[];
  readonly flags: WaitFlags;
}

/** Submits a group until the node has acknowledged it, and waits. Throws `cli/payment-unknown` and as the client does. */
async function follow(
  context: Context,
  { client, network }: Pick<SigningSession, "client" | "network">,
  { group, ids, flags }: Submission,
): Promise<RouteResponse<"transaction">[]> {
  const { wait } = flags;
  const { timeoutMs, signal } = patienceOf(context, flags);
  const seen = new Set<string>();
  const waiting = (until: AbortSignal) => ({
    timeoutMs,
    signal: until,
    status: wait === undefined ? ("received" as const) : progressOf(wait),
    onStatus: ({ id, status }: RouteResponse<"transaction">) => {
      if (!seen.has(status)) context.output.progress(`${id.slice(0, 10)}… ${status}`);
      seen.add(status);
    },
  });
  const submit = async (until: AbortSignal): Promise<RouteResponse<"transaction">[]> => {
    try {
      return await client.submitAndWait(group, waiting(until));
    } catch (error) {
      // Fees or the time may have moved on since the node accepted it.
      if (apiErrorOf(error)?.code !== "rejected" || !(await isKnown(client, ids))) throw error;
      return Promise.all(ids.map((id) => client.waitFor(id, waiting(until))));
    }
  };
  try {
    return wait === undefined ? await submit(signal) : await whileActive(network, { goal: wait, signal }, submit);
  } catch (error) {
    if (seen.size > 0 || isDecided(error) || !isCairnError(error)) throw error;
    throw cliError("cli/payment-unknown", `${ids[0]} was signed, but the node has not acknowledged it`, {
      cause: error,
      details: { ids },
    });
  }
}

/** Whether the node has a group. No answer counts as yes. */
async function isKnown(client: NodeClient, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const answer = await client.transaction({ id }).catch((error: unknown) => apiErrorOf(error)?.code ?? "no answer");
    if (answer === "not-found") return false;
  }
  return true;
}

/** Whether the node will never execute what was submitted: it refused it, or rejected, replaced or expired it. */
function isDecided(error: unknown): boolean {
  if (isCairnError(error, "sdk/not-reached")) return true;
  const failure = apiErrorOf(error);
  // A node that takes nothing any more may have taken it before.
  return failure !== null && failure.code !== "unavailable" && !isRetryable(error);
}

/** Waits until a withdrawal was paid on L1, or must be claimed there. Throws `cli/not-reached`. */
export async function waitForPayout(
  client: NodeClient,
  withdrawal: RouteResponse<"transaction">,
  patience: Parameters<typeof pollUntil>[0],
): Promise<RouteResponse<"payouts">["payouts"][number]> {
  return pollUntil(patience, "paid on L1", async () => {
    const payout = await payoutOf(client, withdrawal);
    if (payout === null || payout.status !== "owed") return payout;
    if (payout.leftGas === null) return null;
    throw cliError("cli/not-reached", `the payout is ${payoutText(payout)}`, {
      details: { id: withdrawal.id, block: payout.block, position: payout.position, leftGas: payout.leftGas },
    });
  });
}
