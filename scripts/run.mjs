/**
 * Every npm script starts here, on whatever Node (20 or later) the machine has and with nothing installed: installs
 * the locked packages, prepares what the command needs, then runs the command on the pinned Node.
 */
import { join } from "node:path";
import { runChild, signalExitCode, stopRequested } from "./bootstrap/child.mjs";
import { findCommand, isCairnCommand } from "./bootstrap/commands.mjs";
import { BootstrapFailure } from "./bootstrap/failure.mjs";
import { withLock } from "./bootstrap/lock.mjs";
import { cacheDir, commandEnv, pinnedNode, root } from "./bootstrap/paths.mjs";
import { say } from "./bootstrap/progress.mjs";
import { installPackages, prepare } from "./bootstrap/steps.mjs";

/** @param {string[]} argv */
async function main([name, ...args]) {
  const { prepare: preparations, run, env } = findCommand(name);
  const needed = preparations(args);
  // Two locks: a command that needs nothing built does not wait for builds.
  await withLock(join(cacheDir, "install.lock"), () => installPackages(needed));
  if (needed.length > 0) await withLock(join(cacheDir, "prepare.lock"), () => prepare(needed));
  if (!run) return 0;
  const options = { cwd: root, env: { ...env, ...commandEnv() }, isTied: isCairnCommand(run) };
  return runChild(pinnedNode, [...run, ...args], options);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapFailure)) throw error;
  const signal = stopRequested();
  if (!signal) say(error.message);
  process.exitCode = signal ? signalExitCode(signal) : error.exitCode;
}
