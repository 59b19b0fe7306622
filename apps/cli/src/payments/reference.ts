import {
  hexToReference,
  isCairnError,
  NO_REFERENCE,
  referenceText,
  referenceToHex,
  textReference,
} from "@cairn/protocol";
import { type Command, Option } from "commander";
import { cliError } from "../errors.ts";
import { visibleLine } from "../printable.ts";

/** Option for what a payment is for. */
export interface ReferenceOptions {
  readonly reference?: string;
}

/** Adds `--reference`. */
export function addReferenceOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--reference <text>",
      "what the payment is for: up to 31 bytes of text, or 0x and 62 hex digits; signed, kept by nodes, not on L1",
    ),
  );
}

/** The reference of `--reference`; none if not given. Throws `cli/usage`. */
export function parseReference({ reference }: ReferenceOptions): bigint {
  if (reference === undefined) return NO_REFERENCE;
  try {
    return /^0x[0-9a-fA-F]{62}$/.test(reference) ? hexToReference(reference) : textReference(reference);
  } catch (error) {
    if (!isCairnError(error)) throw error;
    throw cliError("cli/usage", `--reference: ${error.message}`);
  }
}

/** A reference as people read it: its text, or hex where it spells none; null for none. */
export function formatReference(reference: bigint): string | null {
  if (reference === NO_REFERENCE) return null;
  const text = referenceText(reference);
  return text === null ? referenceToHex(reference) : visibleLine(text);
}
