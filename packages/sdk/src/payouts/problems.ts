import type { CairnError } from "@cairn/protocol";
import { type SdkErrorCode, sdkError } from "../errors.ts";

/**
 * What is wrong with a list or a line.
 *
 * - `bad-list`: the list does not have the documented form; nothing more of it was read.
 * - `bad-line`: the line does not have the documented form.
 * - `bad-id`, `repeated-id`: the id has another form, or an earlier line has it.
 * - `bad-payee`: the payee is malformed, unknown, in another token, of another rollup, or the account that pays.
 * - `bad-token`, `bad-amount`, `bad-reference`: as it says; amounts also when no float encodes them.
 * - `no-account`: the key signs for no account in the token.
 * - `not-covered`: the account holds less than all lines in its token and their fees.
 */
export type PayoutProblemCode =
  | "bad-list"
  | "bad-line"
  | "bad-id"
  | "repeated-id"
  | "bad-payee"
  | "bad-token"
  | "bad-amount"
  | "bad-reference"
  | "no-account"
  | "not-covered";

/** Something that keeps a list from being paid. */
export interface PayoutProblem {
  readonly code: PayoutProblemCode;
  /** Line of the file, from 1, or number of the payment in JSON; null when it is about the whole list. */
  readonly at: number | null;
  /** Id of the line, where it has one. */
  readonly id: string | null;
  readonly message: string;
}

/** Problems that are reported of one list; a list with more is not read further. */
export const MAX_PROBLEMS = 100;

/** The error of a list with problems. */
export function badList(problems: readonly PayoutProblem[]): CairnError<SdkErrorCode> {
  const [first] = problems;
  const where = first?.at == null ? "" : `line ${first.at}: `;
  const others = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
  return sdkError("sdk/bad-payout-list", `${where}${first?.message ?? "the list cannot be paid"}${others}`, {
    details: { problems },
  });
}

/** Untrusted text as a message shows it: short, and without characters that act on a terminal. */
export function shown(text: string): string {
  const visible = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return visible.replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "?");
}
