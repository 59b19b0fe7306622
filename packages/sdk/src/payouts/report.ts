import { NO_REFERENCE, referenceText, referenceToHex } from "@cairn/protocol";
import { formatAmount } from "../amount-text.ts";
import { csvText } from "../csv.ts";
import { isPaid, type LineStatus, type SeenLine } from "./part.ts";

/** What became of a line. */
export interface ReportedLine {
  /** Line of the file, from 1, or number of the payment in JSON. */
  readonly at: number;
  readonly id: string;
  readonly payee: string;
  readonly token: number;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** The token's. */
  readonly decimals: number;
  /** Text, or hex where it is none; null for none. */
  readonly reference: string | null;
  readonly status: LineStatus;
  /** Id of the transaction that pays it; null before it is signed. */
  readonly transaction: string | null;
  /** Why it failed, as the node says. */
  readonly reason: unknown;
}

/** What became of a list. */
export interface PayoutReport {
  readonly name: string;
  readonly lines: readonly ReportedLine[];
  /** Lines by status; statuses that no line has are left out. */
  readonly counts: Readonly<Partial<Record<LineStatus, number>>>;
  /** Whether every line is paid. */
  readonly isComplete: boolean;
}

/** The report of lines that were looked at. */
export function reportOf(name: string, seen: readonly SeenLine[]): PayoutReport {
  const counts: Partial<Record<LineStatus, number>> = {};
  for (const { status } of seen) counts[status] = (counts[status] ?? 0) + 1;
  return {
    name,
    counts,
    isComplete: seen.length > 0 && seen.every(isPaid),
    lines: seen.map(({ line: { reference, ...line }, status, transaction, reason }) => ({
      ...line,
      reference: reference === NO_REFERENCE ? null : (referenceText(reference) ?? referenceToHex(reference)),
      status,
      transaction,
      reason,
    })),
  };
}

/**
 * A report as CSV with a header, one row for each line, in the order of the list. Amounts are in whole units, as the
 * list has them. Texts that a spreadsheet would run begin with an apostrophe.
 *
 * @example await writeFile("salaries-2026-11.result.csv", payoutReportToCsv(report));
 */
export function payoutReportToCsv({ lines }: PayoutReport): string {
  const rows = lines.map(({ at, id, payee, token, amount, decimals, reference, status, transaction, reason }) => [
    String(at),
    id,
    payee,
    String(token),
    formatAmount(amount, decimals),
    reference ?? "",
    status,
    transaction ?? "",
    reason === null ? "" : JSON.stringify(reason),
  ]);
  return csvText(["line", "id", "payee", "token", "amount", "reference", "status", "transaction", "reason"], rows);
}
