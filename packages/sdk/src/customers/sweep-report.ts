import type { TransactionStatus } from "@cairn/rpc";
import { csvText } from "../csv.ts";

/**
 * What became of an account in a sweep: `empty` or `left` because it holds less than is worth sweeping, else as its
 * transfer; `signed` while the node does not know it.
 */
export type SweepStatus = "empty" | "left" | "signed" | TransactionStatus;

/** What became of an account. */
export interface SweptLine {
  readonly customer: string;
  readonly account: number;
  readonly status: SweepStatus;
  /** When its transfer was signed; of others, now. In the token's smallest unit, as the other amounts. */
  readonly balance: bigint;
  /** What arrived; null where nothing did. */
  readonly amount: bigint | null;
  /** What the account paid for it; 0 where another one pays. */
  readonly fee: bigint | null;
  /** Id of the transfer; null where none was signed. */
  readonly transaction: string | null;
  /** Why it failed, as the node says. */
  readonly reason: unknown;
}

/** What became of a sweep. */
export interface SweepReport {
  /** Counts the sweeps of the owner in the token. */
  readonly number: number;
  readonly tokenId: number;
  readonly lines: readonly SweptLine[];
  /** Lines by status; statuses that no line has are left out. */
  readonly counts: Readonly<Partial<Record<SweepStatus, number>>>;
  /** What arrived. */
  readonly amount: bigint;
  /** What the swept accounts paid. */
  readonly fees: bigint;
  /** What another account paid for them, by token. */
  readonly payerFees: readonly { readonly tokenId: number; readonly fee: bigint }[];
  /** What was left in accounts that were not worth sweeping. */
  readonly left: bigint;
  /** Whether every transfer that was signed has been confirmed, or failed for good. */
  readonly isComplete: boolean;
}

/** The report of lines. */
export function sweepReportOf(
  of: Pick<SweepReport, "number" | "tokenId" | "payerFees" | "isComplete">,
  lines: readonly SweptLine[],
): SweepReport {
  const counts: Partial<Record<SweepStatus, number>> = {};
  for (const { status } of lines) counts[status] = (counts[status] ?? 0) + 1;
  const sum = (amounts: readonly (bigint | null)[]) => amounts.reduce<bigint>((total, one) => total + (one ?? 0n), 0n);
  return {
    ...of,
    lines,
    counts,
    amount: sum(lines.map(({ amount }) => amount)),
    fees: sum(lines.map(({ fee }) => fee)),
    left: sum(lines.map(({ status, balance }) => (status === "left" ? balance : 0n))),
  };
}

/**
 * A report as CSV with a header, one row for each account. Amounts are in the token's smallest unit.
 *
 * @example await writeFile("sweep-2026-11-30.csv", sweepReportToCsv(report));
 */
export function sweepReportToCsv({ lines }: SweepReport): string {
  const rows = lines.map(({ customer, account, status, balance, amount, fee, transaction, reason }) => [
    customer,
    String(account),
    status,
    balance.toString(),
    amount?.toString() ?? "",
    fee?.toString() ?? "",
    transaction ?? "",
    reason === null || reason === undefined ? "" : JSON.stringify(reason),
  ]);
  return csvText(["customer", "account", "status", "balance", "amount", "fee", "transaction", "reason"], rows);
}
