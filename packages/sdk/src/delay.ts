import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "./errors.ts";

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
