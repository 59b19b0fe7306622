import { CairnError } from "@cairn/protocol";
import type { SdkErrorCode } from "./errors.ts";

/** Waits. Throws `sdk/aborted` as soon as the signal is. */
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

/** Throws `sdk/aborted` when the signal is. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason);
}

/** The error of a caller who no longer wants it. */
export function abortedError(cause: unknown): CairnError<SdkErrorCode> {
  return new CairnError("sdk/aborted", "the call was aborted", { cause });
}

/** Doubling delays from `firstMs` to `maxMs`, each shortened by up to a half at random, so that clients do not come back together. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** attempt) * (0.5 + Math.random() / 2);
}
