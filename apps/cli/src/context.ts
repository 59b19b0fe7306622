import { join } from "node:path";
import { createNetwork, type Network, type NetworkOptions } from "./network.ts";
import { createOutput, type Output } from "./output.ts";
import { cairnHome, type Terminal } from "./terminal.ts";

/** Options that every command may have; which ones it does have, its definition says. */
export interface CommonOptions extends NetworkOptions {
  readonly json?: boolean;
  readonly key?: string;
  readonly keystore?: string;
  readonly passphraseFile?: string;
}

/** What a command works with. Connections are made when they are asked for. */
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
  /** Does some work once the result was printed: what the user has been told need not be remembered. */
  readonly afterResult: (work: () => void) => void;
  /** Does what {@link afterResult} was given. */
  readonly resultPrinted: () => void;
}

/** A context of one run of one command. */
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
