import { isCairnError } from "@cairn/protocol";
import { backoffMs, delay, throwIfAborted } from "../delay.ts";
import { isRetryable } from "../errors.ts";

/** How long something is tried. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** How long to go on without an answer, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

/** How long to go on without an answer, when the caller does not say, in milliseconds. */
export const PATIENCE_MS = 600_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Goes on while node and L1 are busy or silent. */
export async function keepTrying<T>(
  { signal, patienceMs = PATIENCE_MS }: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  for (let tries = 0; ; tries++) {
    throwIfAborted(signal);
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadlineMs) throw error;
    }
    await delay(backoffMs(tries, FIRST_PAUSE_MS, LONGEST_PAUSE_MS), signal);
  }
}

/** Whether the same may succeed later. An unknown outcome is asked for again: the same request is never sent twice. */
function mayPass(error: unknown): boolean {
  if (isRetryable(error)) return true;
  return isCairnError(error, "sdk/outcome-unknown") && isRetryable(error.cause);
}
