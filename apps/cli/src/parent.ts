/** Set by whoever starts this process with a channel, to say that it must not outlive them. */
const TIED = "CAIRN_TIED_TO_PARENT";
/** Longest orderly end of a process that nobody waits for any more. */
const PATIENCE_MS = 30_000;

/**
 * Does `stop` when the process that started this one is gone, even by `kill -9`, and ends this one if that takes too long.
 * `bin/cairn.mjs` and the npm scripts ask for it: whoever kills them means what they run. Nothing for any other parent, whose
 * children may well be meant to live on.
 */
export function whenParentIsGone(stop: () => void): void {
  if (process.env[TIED] === undefined) return;
  // Not for what this process starts.
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
