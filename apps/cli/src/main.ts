import { runCli } from "./cli.ts";
import { processTerminal } from "./terminal.ts";

const terminal = processTerminal();
process.exitCode = await runCli(process.argv.slice(2), terminal);
// A command that was interrupted may still hold connections.
if (terminal.signal.aborted) process.exit();
