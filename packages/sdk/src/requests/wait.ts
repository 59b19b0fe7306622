import { isCairnError } from "@cairn/protocol";
import { abortedError, backoffMs, delay } from "../delay.ts";
import { isRetryable, sdkError } from "../errors.ts";

/** How long to wait. */
export interface WaitFor<Goal extends string> {
  /** Status to wait for; a later one will do. */
  readonly for: Goal;
  /** Milliseconds; without it, until the signal is aborted. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** Longest pause between two looks, in milliseconds; 1,000 by default. */
  readonly pollMs?: number;
  /** Called with each status that is new. */
  readonly onStatus?: (status: string) => void;
}

/** What is waited for, and how it looks. */
export interface Waiting<Status extends string> {
  /** Words for messages, such as "deposit 5f…". */
  readonly what: string;
  readonly id: string;
  /** Statuses in order; a status that is not among them ends the wait. */
  readonly order: readonly Status[];
  /** First status at which it certainly happens: before it, an end of the wait leaves the outcome unknown. */
  readonly firstCertain: Status;
  /** Looks, and does what moves things on, such as sending again. */
  readonly look: (signal: AbortSignal) => Promise<Status>;
  /** The error that a status outside the order means. */
  readonly failure: (status: string) => Error;
}

const DEFAULT_POLL_MS = 1000;
const FIRST_POLL_MS = 50;

/**
 * Waits for a status. Throws `sdk/timeout` when the request happens but is not that far in time,
 * `sdk/outcome-unknown` when it may still happen or not, `sdk/aborted`, the failure of a status that ends it, and what
 * looking throws, unless another look can help.
 */
export async function waitForStatus<Status extends string>(
  { what, id, order, firstCertain, look, failure }: Waiting<Status>,
  options: WaitFor<Status>,
): Promise<Status> {
  const { timeout, signal, pollMs = DEFAULT_POLL_MS, onStatus } = options;
  const deadline = timeout === undefined ? null : AbortSignal.timeout(Math.max(0, Math.ceil(timeout)));
  const either = AbortSignal.any([signal, deadline].filter((one) => one != null));
  let seen: Status | null = null;
  let cause: unknown;
  try {
    for (let tries = 0; ; tries++) {
      if (either.aborted) throw abortedError(either.reason);
      const status = await look(either).catch((error: unknown) => {
        if (!isRetryable(error)) throw error;
        cause = error;
        return null;
      });
      if (status !== null) {
        if (status !== seen) onStatus?.(status);
        seen = status;
        if (!order.includes(status)) throw failure(status);
        if (order.indexOf(status) >= order.indexOf(options.for)) return status;
      }
      await delay(backoffMs(tries, FIRST_POLL_MS, pollMs), either);
    }
  } catch (error) {
    const isLate = isCairnError(error, "sdk/aborted") && deadline?.aborted === true && signal?.aborted !== true;
    if (!isLate) throw error;
    const isCertain = seen !== null && order.indexOf(seen) >= order.indexOf(firstCertain);
    const shown = `${what} is ${seen ?? "unknown"}, not ${options.for}, after ${timeout} ms`;
    throw sdkError(isCertain ? "sdk/timeout" : "sdk/outcome-unknown", shown, {
      cause,
      details: { id, status: seen, goal: options.for },
    });
  }
}
