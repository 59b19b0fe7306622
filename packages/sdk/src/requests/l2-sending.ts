import { isCairnError } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import type { NodeClient } from "../client.ts";
import { backoffMs, delay } from "../delay.ts";
import { apiErrorOf, isRetryable, type SdkErrorCode, sdkError } from "../errors.ts";
import { badAnswer } from "../http.ts";
import type { SentTransaction } from "./l2-forms.ts";

/** What became of a group that was submitted. */
export type Submitted =
  | { readonly type: "taken" }
  /** The node refuses it, and does not have it. */
  | { readonly type: "rejected"; readonly reason: unknown; readonly error: unknown };

const TRIES = 4;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 5_000;

/**
 * Submits a group until the node has answered. Throws `sdk/outcome-unknown` when it does not, or not as a node does: it may
 * have been taken; and `sdk/aborted`.
 */
export async function submitGroup(
  node: Pick<NodeClient, "submit" | "transaction">,
  group: readonly SentTransaction[],
  signal?: AbortSignal,
): Promise<Submitted> {
  const transactions = group.map(({ json }) => json);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await node.submit({ transactions }, { signal });
      assertAcknowledged(group, answer);
      return { type: "taken" };
    } catch (error) {
      const failure = apiErrorOf(error);
      if (failure?.code === "rejected") return judge(node, group, error, failure.details.reason);
      const isUnreadable = isCairnError<SdkErrorCode>(error, "sdk/bad-answer");
      // Whatever else the node answers, it may have taken this, now or before: only one that refuses it does not have it.
      if (failure === null && !isUnreadable && !isRetryable(error)) throw error;
      if (attempt >= TRIES || !isRetryable(error)) throw unacknowledged(group, error);
      const asked = failure?.retryAfterSeconds ?? null;
      const pauseMs = asked === null ? backoffMs(attempt, FIRST_RETRY_MS, MAX_RETRY_MS) : asked * 1000;
      await delay(Math.min(pauseMs, MAX_RETRY_MS), signal);
    }
  }
}

/** A node that took it earlier may refuse it now: fees or the time have moved on. */
async function judge(
  node: Pick<NodeClient, "transaction">,
  group: readonly SentTransaction[],
  error: unknown,
  reason: unknown,
): Promise<Submitted> {
  for (const { id } of group) {
    const found = await node.transaction({ id }).catch((failure: unknown) => {
      if (apiErrorOf(failure)?.code === "not-found") return null;
      throw unacknowledged(group, failure);
    });
    if (found === null) return { type: "rejected", reason, error };
  }
  return { type: "taken" };
}

function unacknowledged(group: readonly SentTransaction[], cause: unknown) {
  const ids = group.map(({ id }) => id);
  return sdkError("sdk/outcome-unknown", `the node has not acknowledged ${ids[0]}`, { cause, details: { ids } });
}

function assertAcknowledged(group: readonly SentTransaction[], answer: RouteResponse<"submit">): void {
  const ids = answer.transactions.map(({ id }) => id.toLowerCase());
  if (ids.length === group.length && group.every(({ id }, i) => id === ids[i])) return;
  throw badAnswer("the node acknowledges other transactions than were submitted", {
    submitted: group.map(({ id }) => id),
    acknowledged: ids,
  });
}
