import { isCairnError } from "@cairn/sdk";
import { type PayoutList, type PayoutProblem, parsePayoutList } from "@cairn/sdk/payouts";

/** A list's text as payments, or what is wrong with it. */
export type ReadList =
  | { readonly type: "list"; readonly list: PayoutList }
  | { readonly type: "problems"; readonly problems: readonly PayoutProblem[] };

/** Names of lists, as the SDK takes them. */
export const LIST_NAME: RegExp = /^[A-Za-z0-9._-]{1,64}$/;

/** Reads a list. */
export function readList(text: string, format: "csv" | "json"): ReadList {
  try {
    return { type: "list", list: parsePayoutList(text, { format }) };
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === null) throw error;
    return { type: "problems", problems };
  }
}

/** What a refused list has wrong; null for other errors. */
export function problemsOf(error: unknown): readonly PayoutProblem[] | null {
  return isCairnError(error, "sdk/bad-payout-list") ? (error.details.problems as readonly PayoutProblem[]) : null;
}

/** The format of a text: JSON begins with a bracket. */
export function formatOf(text: string): "csv" | "json" {
  return text.trimStart().startsWith("[") ? "json" : "csv";
}
