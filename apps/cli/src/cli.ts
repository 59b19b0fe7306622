import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { addCommands, type CommandDeps } from "./commands/index.ts";
import { cliError } from "./errors.ts";
import { createHost, type Host } from "./host.ts";
import { printFailure, toFailure, visibleStreams } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** The `cairn` program with all commands. */
export function createProgram(terminal: Terminal, deps: CommandDeps = {}): Host {
  const host = createHost(terminal);
  host.program
    .description("Cairn, a ZK-rollup for Ethereum")
    .version(ownVersion(), "-V, --version", "print the version")
    .addHelpText("after", "\nEvery command has --help with examples, and --json.")
    .configureHelp({ showGlobalOptions: true });
  addCommands(host, deps);
  configure(host.program, terminal);
  return host;
}

/**
 * Runs one command line and prints its result or failure. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage, 3
 * unknown.
 */
export async function runCli(args: readonly string[], outer: Terminal, deps: CommandDeps = {}): Promise<0 | 1 | 2 | 3> {
  const terminal = visibleStreams(outer);
  const host = createProgram(terminal, deps);
  const end = args.indexOf("--");
  const isJson = args.slice(0, end < 0 ? args.length : end).includes("--json");
  try {
    await host.program.parseAsync(args, { from: "user" });
    return host.exitCode();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    const failure = toFailure(shown);
    printFailure(terminal, isJson, failure);
    return failure.exitCode;
  }
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

function configure(command: Command, terminal: Terminal): void {
  // Commander's own error output is dropped: its errors are printed like every other failure.
  command
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr, outputError: () => undefined });
  for (const sub of command.commands) configure(sub, terminal);
}

function usageError(error: CommanderError): unknown {
  if (error.code === "commander.help") return cliError("cli/usage", "a command is needed");
  return cliError("cli/usage", error.message.replace(/^error: /, "").replaceAll("\n", " "), { cause: error });
}
