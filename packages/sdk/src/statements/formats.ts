import { formatAmount } from "../amount-text.ts";
import { csvText } from "../csv.ts";
import type { Movement } from "./movements.ts";
import type { Statement } from "./statement.ts";

/** How a statement shows amounts. */
export interface AmountFormat {
  /** Of the token. */
  readonly decimals: number;
}

const HEADER = [
  "date",
  "type",
  "debit",
  "credit",
  "balance",
  "counterparty account",
  "counterparty owner",
  "reference",
  "status",
  "block",
  "slot",
  "transaction",
  "L1 transaction",
] as const;

/**
 * A statement as CSV with a header: a row with the opening balance, one for each movement, one with the closing balance.
 * Amounts are in whole units with a point. Texts of others that a spreadsheet would run begin with an apostrophe.
 *
 * @example await writeFile("2026-11.csv", statementToCsv(statement, { decimals: 18 }));
 */
export function statementToCsv(statement: Statement, { decimals }: AmountFormat): string {
  const text = (amount: bigint) => formatAmount(amount, decimals);
  const edge = (type: string, seconds: number, balance: bigint) => [
    isoTime(seconds),
    type,
    "",
    "",
    text(balance),
    ...HEADER.slice(5).map(() => ""),
  ];
  const row = (movement: Movement) => [
    isoTime(movement.timestamp),
    movement.type,
    movement.amount < 0n ? text(-movement.amount) : "",
    movement.amount < 0n ? "" : text(movement.amount),
    text(movement.balance),
    movement.counterparty?.account?.toString() ?? "",
    movement.counterparty?.owner ?? "",
    movement.reference ?? "",
    movement.status,
    String(movement.block),
    movement.slot?.toString() ?? "",
    movement.transaction ?? "",
    movement.l1Transaction ?? "",
  ];
  const { from, to, opening, closing, movements } = statement;
  return csvText(HEADER, [edge("opening", from, opening), ...movements.map(row), edge("closing", to, closing)]);
}

/**
 * A statement as JSON: amounts as digits, in the token's smallest unit.
 *
 * @example JSON.stringify(statementToJson(statement), null, 2)
 */
export function statementToJson(statement: Statement): object {
  const plain = ({ amount, balance, ...rest }: Movement) => ({
    ...rest,
    amount: amount.toString(),
    balance: balance.toString(),
  });
  return {
    ...statement,
    opening: statement.opening.toString(),
    closing: statement.closing.toString(),
    movements: statement.movements.map(plain),
  };
}

/** Seconds since the epoch as ISO 8601 in UTC. */
export function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
