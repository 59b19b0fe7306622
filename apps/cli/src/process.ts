import { runCli } from "./cli.ts";
import type { CommandDeps } from "./commands/index.ts";
import { processTerminal } from "./terminal.ts";

/**
 * Runs the command line of this process and sets its exit code.
 *
 * @example await runProcess(); // as `cairn` does
 */
export async function runProcess(deps: CommandDeps = {}): Promise<void> {
  const terminal = processTerminal();
  process.exitCode = await runCli(process.argv.slice(2), terminal, deps);
  // A command that was interrupted may still hold connections.
  if (terminal.signal.aborted) process.exit();
}
