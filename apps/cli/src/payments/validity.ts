import { type Command, Option } from "commander";
import { cliError } from "../errors.ts";

/** Options for the validity of a signature. */
export interface ValidityOptions {
  readonly validFor?: string;
}

/** Adds `--valid-for`. */
export function addValidityOption(command: Command): Command {
  return command.addOption(
    new Option("--valid-for <seconds>", "how long it may wait for a block (14400, four hours)").helpGroup("Fee:"),
  );
}

/** Last second at which the transaction may run, for a draft; the wallet's default if not given. Throws `cli/usage`. */
export function parseValidity({ validFor }: ValidityOptions): { readonly validUntil?: number } {
  if (validFor === undefined) return {};
  if (!/^[1-9][0-9]{0,8}$/.test(validFor)) {
    throw cliError("cli/usage", `--valid-for is not a number of seconds: ${validFor}`);
  }
  return { validUntil: Math.floor(Date.now() / 1000) + Number(validFor) };
}
