import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { patienceOf, type WaitFlags } from "./waiting.ts";

/** What became of many transactions. */
export interface ManyReport {
  readonly lines: readonly { readonly status: string; readonly transaction: string | null }[];
  readonly counts: Readonly<Partial<Record<string, number>>>;
  readonly isComplete: boolean;
}

/** How often it is asked how far they are. */
const POLL_MS = 3_000;
const GOALS: readonly string[] = ["confirmed", "proven", "final"];

/**
 * Sends many transactions, and waits until all of them have the status of `--wait`; not when some have failed. Throws
 * `cli/not-reached`, and what `act` and `look` throw.
 */
export async function reportUntil<Report extends ManyReport>(
  context: Context,
  flags: WaitFlags,
  { act, look }: { readonly act: () => Promise<Report>; readonly look: () => Promise<Report> },
): Promise<Report> {
  const { timeoutMs, signal } = patienceOf(context, flags);
  let report = await act();
  const goal = GOALS.indexOf(flags.wait ?? "");
  const isThere = ({ lines }: Report) =>
    lines.every(({ status, transaction }) => transaction === null || GOALS.indexOf(status) >= goal);
  const deadlineMs = performance.now() + timeoutMs;
  while (goal > 0 && report.isComplete && !isThere(report)) {
    if (signal.aborted || performance.now() > deadlineMs) {
      throw cliError("cli/not-reached", `not every line is ${flags.wait} after ${timeoutMs / 1000} s`, {
        details: { goal: flags.wait, counts: report.counts },
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    report = await look();
  }
  return report;
}
