/**
 * Signals this soon after the first belong to the same request: a process group gets the signal as a whole, and whoever
 * started this process may forward it as well.
 */
export const SAME_REQUEST_MS = 1000;

/**
 * Calls `stop` when the process is first asked to stop. A later signal, of somebody impatient, ends the process at once, as
 * it would without a handler.
 *
 * @example onStopSignal(["SIGINT", "SIGTERM"], () => controller.abort());
 */
export function onStopSignal(signals: readonly NodeJS.Signals[], stop: (signal: NodeJS.Signals) => void): void {
  let askedAtMs: number | null = null;
  for (const signal of signals) {
    process.on(signal, () => {
      if (askedAtMs === null) {
        askedAtMs = performance.now();
        stop(signal);
      } else if (performance.now() - askedAtMs >= SAME_REQUEST_MS) {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      }
    });
  }
}
