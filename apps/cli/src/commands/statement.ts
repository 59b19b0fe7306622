import {
  readStatement,
  type Statement,
  type StatementStatus,
  statementToCamt053,
  statementToCsv,
  statementToJson,
} from "@cairn/sdk/statements";
import { Option } from "commander";
import { formatAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import { addExamples, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
import { openNode, parseIndex } from "../payments/session.ts";
import { writeTextFile } from "../text-file.ts";
import { type Token, tokenById } from "../tokens.ts";

interface StatementFlags {
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status: StatementStatus;
  readonly format?: Format;
  readonly out?: string;
  readonly currency?: string;
  readonly ownerName?: string;
}

const FORMATS = ["csv", "json", "camt053"] as const;
type Format = (typeof FORMATS)[number];
const STATUSES: readonly StatementStatus[] = ["confirmed", "proven", "final"];

/** `cairn statement`: an account's movements in a period, for bookkeeping. */
export function addStatementCommand({ program, run }: Host): void {
  const command = program
    .command("statement")
    .description("an account's movements in a period, with opening and closing balance, as CSV, JSON or camt.053")
    .argument("<account>", "index of the account")
    .option("--month <month>", "period: a month, such as 2026-11, in UTC")
    .option("--from <time>", "first day or second of the period, such as 2026-11-01; default: the first movement")
    .option("--to <time>", "first day or second after the period; default: now")
    .addOption(new Option("--status <status>", "only what is at least this certain").choices(STATUSES).default("final"))
    .addOption(new Option("--format <format>", "form of the statement; default: a summary").choices(FORMATS))
    .option("--out <file>", "write the statement to a file instead of printing it")
    .option("--currency <code>", "of camt.053: three capital letters; default: ETH, or XXX for tokens")
    .option("--owner-name <name>", "of camt.053: name of the account's owner; default: its L1 address");
  addNetworkOptions(command);
  addExamples(
    command,
    "cairn statement 70 --month 2026-11 --format csv --out 2026-11.csv",
    "cairn statement 70 --from 2026-01-01 --to 2027-01-01 --format camt053 --currency USD --out 2026.xml",
  );
  run(command, async (context, flags: StatementFlags, account: string) => {
    const { client, network } = await openNode(context);
    const period = periodOf(flags);
    const statement = await readStatement(client, { account: parseIndex(account), status: flags.status, ...period });
    const token = await tokenById(network, statement.token);
    if (flags.format === undefined && flags.out === undefined) return summary(statement, token);
    const text = written(statement, token, flags);
    if (flags.out === undefined)
      return { data: statementToJson(statement), text: text.replaceAll("\r\n", "\n").trimEnd() };
    writeTextFile(flags.out, text);
    const shown = summary(statement, token);
    return { data: { ...shown.data, out: flags.out }, text: `${shown.text}\nwritten to ${flags.out}` };
  });
}

function written(statement: Statement, { decimals }: Token, { format = "csv", currency, ownerName }: StatementFlags) {
  switch (format) {
    case "csv":
      return statementToCsv(statement, { decimals });
    case "json":
      return `${JSON.stringify(statementToJson(statement), null, 2)}\n`;
    case "camt053":
      return statementToCamt053(statement, {
        decimals,
        ...(currency === undefined ? {} : { currency }),
        ...(ownerName === undefined ? {} : { ownerName }),
      });
  }
}

function summary(statement: Statement, token: Token): CommandResult {
  const { account, movements, opening, closing, from, to, leftOut } = statement;
  const sum = (isIn: boolean) =>
    movements.reduce((total, { amount }) => (amount >= 0n === isIn ? total + amount : total), 0n);
  const rows = [
    ["account", `${account}, ${isoOf(from)} to ${isoOf(to)}`],
    ["opening", formatAmount(opening, token)],
    ["in", formatAmount(sum(true), token)],
    ["out", formatAmount(-sum(false), token)],
    ["closing", `${formatAmount(closing, token)}, ${movements.length} movements`],
    ...(leftOut === 0 ? [] : [["left out", `${leftOut} entries that are not ${statement.status} yet`]]),
  ];
  return { data: statementToJson(statement), text: table(rows) };
}

function periodOf({ month, from, to }: StatementFlags): { readonly from?: number; readonly to?: number } {
  if (month !== undefined) {
    const [, year, number] = /^([0-9]{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
    if (year === undefined || from !== undefined || to !== undefined)
      throw cliError("cli/usage", `--month is a month such as 2026-11, without --from and --to: ${month}`);
    const second = (months: number) => Date.UTC(Number(year), Number(number) - 1 + months) / 1000;
    return { from: second(0), to: second(1) };
  }
  return {
    ...(from === undefined ? {} : { from: secondOf("--from", from) }),
    ...(to === undefined ? {} : { to: secondOf("--to", to) }),
  };
}

/** A day or second in UTC. */
function secondOf(flag: string, text: string): number {
  const isTime = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$/.test(text);
  const ms = isTime ? Date.parse(text) : Number.NaN;
  // Days that no month has are the next month's for some platforms.
  if (Number.isFinite(ms) && ms >= 0 && new Date(ms).toISOString().startsWith(text.slice(0, 10))) return ms / 1000;
  throw cliError("cli/usage", `${flag} is a day such as 2026-11-01, or a second such as 2026-11-01T12:00:00Z: ${text}`);
}

function isoOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
