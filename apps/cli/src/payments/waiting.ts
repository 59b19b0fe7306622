import type { RouteResponse } from "@cairn/rpc";
import {
  apiErrorOf,
  findPayout,
  hasReached,
  isRetryable,
  type NodeClient,
  type PayoutView,
  type Progress,
} from "@cairn/sdk";
import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";

/** Statuses that a command can wait for; `paid` means that a withdrawal was paid on L1. */
export type Goal = "confirmed" | "proven" | "final" | "paid";

/** Options about waiting. */
export interface WaitFlags {
  readonly wait?: Goal;
  readonly timeout?: string;
}

/** Time and way of waiting. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const DEFAULT_TIMEOUT_SECONDS = 1800;
const POLL_MS = 500;

/** Adds `--wait` and `--timeout`. */
export function addWaitOptions(command: Command, goals: readonly Goal[] = ["confirmed", "proven", "final"]): Command {
  const group = "Waiting:";
  return command
    .addOption(new Option("--wait <status>", "do not return before this status").choices(goals).helpGroup(group))
    .addOption(new Option("--timeout <seconds>", `longest wait (${DEFAULT_TIMEOUT_SECONDS})`).helpGroup(group));
}

/** How long to wait. Throws `cli/usage`. */
export function patienceOf(context: Context, { timeout }: WaitFlags): Patience {
  const text = timeout ?? String(DEFAULT_TIMEOUT_SECONDS);
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw cliError("cli/usage", `--timeout is not a number of seconds: ${text}`);
  return { timeoutMs: Number(text) * 1000, signal: context.signal };
}

/** Polls until there is a value, even if the node is busy or unreachable. Throws `cli/not-reached`. */
export async function pollUntil<T>(
  { timeoutMs, signal }: Patience,
  goal: string,
  look: () => Promise<T | null>,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await look().catch((error: unknown) => {
      if (isRetryable(error) || apiErrorOf(error)?.code === "not-found") return null;
      throw error;
    });
    if (value !== null) return value;
    if (performance.now() > deadlineMs || signal.aborted) {
      throw cliError("cli/not-reached", `not ${goal} after ${timeoutMs / 1000} s`, { details: { goal } });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Status that the node must show before a goal can be reached. */
export function progressOf(goal: Goal): Progress {
  return goal === "paid" ? "proven" : goal;
}

/** Status of a withdrawal's payout; null for other transactions and before the block is proven. */
export async function payoutOf(
  client: NodeClient,
  { transaction, inclusion, amount, status }: RouteResponse<"transaction">,
): Promise<PayoutView | null> {
  if (transaction.type !== "withdraw" || inclusion === null || !hasReached(status, "proven")) return null;
  const { recipient, tokenId } = transaction;
  return findPayout(client, {
    block: inclusion.block,
    recipient,
    tokenId,
    amount: amount === null ? null : BigInt(amount),
  });
}
