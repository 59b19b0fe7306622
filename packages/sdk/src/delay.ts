import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "./errors.ts";

/** How much is asked of a node at the same time. */
const AT_A_TIME = 8;

/** Waits. Throws `sdk/aborted` as soon as the signal is aborted. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
  throwIfAborted(signal);
}

/** Throws `sdk/aborted` when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason);
}

/** The error after the caller's signal was aborted. */
export function abortedError(cause: unknown): CairnError<SdkErrorCode> {
  return new CairnError("sdk/aborted", "the call was aborted", { cause });
}

/**
 * Doubling delays from `firstMs` to `maxMs`, each shortened at random by up to half, so that clients do not reconnect
 * all at once.
 */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Does the same with each of a list, some at a time; results in the order of the list. */
export async function inParallel<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < list.length; at += AT_A_TIME)
    results.push(...(await Promise.all(list.slice(at, at + AT_A_TIME).map(work))));
  return results;
}
