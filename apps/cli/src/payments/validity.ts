import { DEFAULT_VALIDITY_SECONDS, type SwapOffer } from "@cairn/sdk";
import { type Command, Option } from "commander";
import { cliError } from "../errors.ts";
import type { NodeSession } from "./session.ts";

/** Options for the validity of a signature. */
export interface ValidityOptions {
  readonly validFor?: string;
}

/** Adds `--valid-for`. */
export function addValidityOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--valid-for <seconds>",
      "how long it may wait for a block, more than the node's minimum (43200, twelve hours)",
    ).helpGroup("Fee:"),
  );
}

/** Seconds of `--valid-for`; the wallet's default if not given. Throws `cli/usage`. */
export function parseValidity({ validFor }: ValidityOptions): number {
  if (validFor === undefined) return DEFAULT_VALIDITY_SECONDS;
  if (/^[1-9][0-9]{0,8}$/.test(validFor)) return Number(validFor);
  throw cliError("cli/usage", `--valid-for is not a number of seconds: ${validFor}`);
}

/** Last second at which a transaction may run that holds for so long from now on. Throws `cli/too-short`. */
export function validUntil({ rollup }: Pick<NodeSession, "rollup">, seconds: number): number {
  assertLongEnough(rollup, seconds, "--valid-for");
  return nowSeconds() + seconds;
}

/** Throws `cli/too-short` when an offer's maker signed for too short a time that is left. */
export function assertStillValid({ rollup }: Pick<NodeSession, "rollup">, offer: SwapOffer): void {
  assertLongEnough(rollup, Math.max(0, offer.maker.transaction.validUntil - nowSeconds()), "what is left of the offer");
}

/** A node takes no transaction that might expire while its block waits for a proof, or is built again. */
function assertLongEnough({ minValiditySeconds }: NodeSession["rollup"], seconds: number, what: string): void {
  if (seconds > minValiditySeconds) return;
  throw cliError("cli/too-short", `${what} is ${seconds} s; the node takes more than ${minValiditySeconds} s only`, {
    details: { seconds, minValiditySeconds },
  });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
