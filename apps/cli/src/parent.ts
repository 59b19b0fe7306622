/** Set by a parent that starts this process with a channel, to say that it must not outlive the parent. */
const TIED = "CAIRN_TIED_TO_PARENT";
/** Longest orderly shutdown of a process that nobody is waiting for. */
const PATIENCE_MS = 30_000;

/**
 * Calls `stop` when the parent process is gone, even by `kill -9`, and ends this process if that takes too long.
 * `bin/cairn.mjs` and the npm scripts request it: killing them is meant to kill what they run. Does nothing for other
 * parents, whose children may be meant to live on.
 */
export function whenParentIsGone(stop: () => void): void {
  if (process.env[TIED] === undefined) return;
  // Not for processes started by this one.
  delete process.env[TIED];
  const end = (): void => {
    stop();
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  };
  if (process.connected === true) {
    process.once("disconnect", end);
    process.channel?.unref();
  } else end();
}
