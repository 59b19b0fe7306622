import { join } from "node:path";
import { createNetwork, type Network, type NetworkOptions } from "./network.ts";
import { createOutput, type Output } from "./output.ts";
import { cairnHome, type Terminal } from "./terminal.ts";

/** Options that a command may have; its definition says which ones it has. */
export interface CommonOptions extends NetworkOptions {
  readonly json?: boolean;
  readonly key?: string;
  readonly keystore?: string;
  readonly passphraseFile?: string;
}

/** The environment of a command. Connections are made on demand. */
export interface Context {
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly options: CommonOptions;
  /** Throws `cli/bad-profile`. */
  readonly network: () => Network;
  /** Folder of the encrypted keys. */
  readonly keystoreDir: string;
  /** Folder of profile, keys and journals. */
  readonly home: string;
  /** Runs some work after the result has been printed: what the user has seen need not be remembered. */
  readonly afterResult: (work: () => void) => void;
  /** Runs the work given to {@link afterResult}. */
  readonly resultPrinted: () => void;
}

/** The context of one run of a command. */
export function createContext(options: CommonOptions, terminal: Terminal): Context {
  let network: Network | null = null;
  const home = cairnHome(terminal);
  const afterwards: (() => void)[] = [];
  return {
    terminal,
    output: createOutput(terminal, options.json === true),
    signal: terminal.signal,
    options,
    network: () => {
      network ??= createNetwork(options, terminal);
      return network;
    },
    keystoreDir: options.keystore ?? (terminal.env.CAIRN_KEYSTORE || join(home, "keys")),
    home,
    afterResult: (work) => afterwards.push(work),
    resultPrinted: () => {
      for (const work of afterwards.splice(0)) work();
    },
  };
}
