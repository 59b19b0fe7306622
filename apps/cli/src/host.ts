import { Command, Option } from "commander";
import { type CommonOptions, type Context, createContext } from "./context.ts";
import { cliError } from "./errors.ts";
import type { CommandResult } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** The action of a command on its options and arguments. */
export type Handler<Options, Args extends readonly unknown[]> = (
  context: Context,
  options: Options & CommonOptions,
  ...args: Args
) => Promise<CommandResult>;

/** The program that commands are added to. */
export interface Host {
  readonly program: Command;
  /** A command's action: does its work and prints the result. Ctrl-C ends the process at once. */
  readonly run: <Options, Args extends readonly unknown[]>(command: Command, handler: Handler<Options, Args>) => void;
  /**
   * Like `run`, for long-running commands: the handler prints by itself, watches `context.signal` and cleans up. It may
   * return an exit code.
   */
  readonly serve: <Options, Args extends readonly unknown[]>(
    command: Command,
    handler: (context: Context, options: Options & CommonOptions, ...args: Args) => Promise<void> | Promise<0 | 1>,
  ) => void;
  /** Exit code of the command that ran. */
  readonly exitCode: () => 0 | 1;
}

/** A program without commands. */
export function createHost(terminal: Terminal): Host {
  let exitCode: 0 | 1 = 0;
  const act = (
    command: Command,
    work: (context: Context, options: CommonOptions, args: readonly unknown[]) => Promise<void>,
  ) => {
    command.action(async (...all: unknown[]) => {
      // Commander calls with the arguments, then the options, then the command.
      const options = command.opts<CommonOptions>();
      await work(createContext(options, terminal), options, all.slice(0, -2));
    });
  };
  return {
    program: new Command("cairn").enablePositionalOptions(),
    run: (command, handler) => {
      act(command, async (context, options, args) => {
        const handle = handler as unknown as Handler<CommonOptions, readonly unknown[]>;
        const result = await Promise.race([
          handle(context, options, ...args),
          interrupted(terminal.signal, canSend(command, options)),
        ]);
        context.output.result(result);
        context.resultPrinted();
        exitCode = result.exitCode ?? 0;
      });
    },
    serve: (command, handler) => {
      act(command, async (context, options, args) => {
        const handle = handler as unknown as (...all: unknown[]) => Promise<0 | 1 | undefined>;
        exitCode = (await handle(context, options, ...args)) ?? 0;
      });
    },
    exitCode: () => exitCode,
  };
}

/** Adds `--json`. */
export function addJsonOption(command: Command): Command {
  return command.addOption(new Option("--json", "print one JSON document").helpGroup("Output:"));
}

/** Adds the options that locate L1, node and rollup, and `--json`. */
export function addNetworkOptions(command: Command): Command {
  const group = "Connection:";
  for (const [flags, text] of [
    ["--profile <file>", "file that names L1, node and rollup (CAIRN_PROFILE, ~/.cairn/profile.json)"],
    ["--l1, --l1-rpc-url <url>", "JSON-RPC of an Ethereum node (CAIRN_L1_RPC_URL)"],
    ["--node-url <url>", "API of a Cairn node (CAIRN_NODE_URL)"],
    ["--rollup <address>", "the Rollup contract (CAIRN_ROLLUP)"],
    ["--chain-id <number>", "chain that L1 must serve (CAIRN_CHAIN_ID)"],
  ] as const) {
    command.addOption(new Option(flags, text).helpGroup(group));
  }
  return addJsonOption(command);
}

/** Adds the options that choose the key. */
export function addKeyOptions(command: Command): Command {
  const group = "Key:";
  command.addOption(new Option("--key <name>", "key in the keystore or profile (CAIRN_KEY)").helpGroup(group));
  return addKeystoreOptions(command);
}

/** Adds the options that locate and unlock keys. */
export function addKeystoreOptions(command: Command): Command {
  const group = "Key:";
  return command
    .addOption(new Option("--keystore <dir>", "folder of keys (CAIRN_KEYSTORE, ~/.cairn/keys)").helpGroup(group))
    .addOption(
      new Option("--passphrase-file <file>", "file with the passphrase (else CAIRN_PASSPHRASE, else asked)").helpGroup(
        group,
      ),
    );
}

/** Adds examples below the help of a command. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
}

/** Which commands may have sent something when interrupted, and with which options. */
const sending = new WeakMap<Command, (options: Readonly<Record<string, unknown>>) => boolean>();

/** Says that a command sends transactions, always or with some options; unmarked ones send nothing. */
export function markSending(
  command: Command,
  when: (options: Readonly<Record<string, unknown>>) => boolean = () => true,
): Command {
  sending.set(command, when);
  return command;
}

/** Whether a command with these options may send transactions. */
export function canSend(command: Command, options: object): boolean {
  return sending.get(command)?.({ ...options }) ?? false;
}

function interrupted(signal: AbortSignal, isSending: boolean): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(cliError(isSending ? "cli/interrupted-sending" : "cli/interrupted", "stopped"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
