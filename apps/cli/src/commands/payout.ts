import { basename, extname } from "node:path";
import {
  checkPayout,
  type NamedPayout,
  type PayoutReport,
  type PayoutTotal,
  payout,
  payoutReportToCsv,
  payoutStatus,
} from "@cairn/sdk/payouts";
import { Option } from "commander";
import { formatAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
import { reportUntil } from "../payments/reports.ts";
import { parseIndex } from "../payments/session.ts";
import { addWaitOptions, type WaitFlags } from "../payments/waiting.ts";
import { FORMATS, type ListFormat, readPayoutList } from "../payouts/read-list.ts";
import { openSdk } from "../sdk-client.ts";
import { writeTextFile } from "../text-file.ts";
import { findToken, tokenForShow } from "../tokens.ts";

interface PayoutFlags extends WaitFlags {
  readonly name?: string;
  readonly format?: ListFormat;
  readonly token: string;
  readonly from?: string;
  readonly check?: boolean;
  readonly status?: boolean;
  readonly result?: string;
  readonly again?: boolean;
}

const PAID: readonly string[] = ["confirmed", "proven", "final"];

/** `cairn payout`: pays a list of up to 10,000 payments, each once, also after any interruption. */
export function addPayoutCommand({ program, run }: Host): void {
  const command = program
    .command("payout")
    .description("pay a list of up to 10,000 payments, each once: run it again after any interruption, and it goes on")
    .argument("<file>", "CSV with the columns id, payee, amount, perhaps token, reference, key; or the same as JSON")
    .option("--check", "only check the list, against node and balances; sign nothing")
    .option("--status", "only say what became of each line")
    .option("--name <name>", "names the payout; default: the file's name without its ending")
    .addOption(new Option("--format <format>", "form of the list; default: by the file's ending").choices(FORMATS))
    .option("--token <token>", "token of lines that name none: symbol, number or contract", "ETH")
    .option("--from <index>", "account that pays in that token; default: the key's richest")
    .option("--result <file>", "CSV with id, status and transaction of each line; default: NAME.result.csv")
    .option("--again", "pay the list although the same payments were begun under another name: pays them twice");
  addNetworkOptions(
    addKeyOptions(markSending(addWaitOptions(command), ({ check, status }) => check !== true && status !== true)),
  );
  addExamples(
    command,
    "cairn payout salaries-2026-11.csv --check",
    "cairn payout salaries-2026-11.csv --key treasury --wait final",
    "cairn payout salaries-2026-11.csv --status --json",
  );
  run(command, async (context, flags: PayoutFlags, file: string) => {
    const name = flags.name ?? basename(file, extname(file));
    const list = await readPayoutList(file, flags.format);
    const network = context.network();
    const tokenOf = async (text: string) => {
      const token = await findToken(network, text);
      if (token.hasDecimals) return token;
      throw cliError("cli/unknown-token", `token ${token.id} does not say how many decimals it has`);
    };
    const from = flags.from === undefined ? {} : { [(await tokenOf(flags.token)).id]: parseIndex(flags.from) };
    const { client } = await openSdk(context);
    const asked: NamedPayout = { name, list, token: flags.token, from, tokenOf, isRepetition: flags.again === true };
    if (flags.check === true) return tellCheck(context, await checkPayout(client, asked));
    const report =
      flags.status === true
        ? await payoutStatus(client, asked)
        : await reportUntil(context, flags, {
            act: () => payout(client, { ...asked, signal: context.signal, onProgress: progressOf(context) }),
            look: () => payoutStatus(client, asked),
          });
    const result = flags.result ?? `${name}.result.csv`;
    writeTextFile(result, payoutReportToCsv(report));
    return tellReport(report, result);
  });
}

function progressOf({ output }: Context) {
  let told = -1;
  return ({ paid, lines }: { readonly paid: number; readonly lines: number }): void => {
    const percent = Math.floor((100 * paid) / lines);
    if (percent > told) output.progress(`${paid} of ${lines} lines paid`);
    told = percent;
  };
}

async function tellCheck(context: Context, check: Awaited<ReturnType<typeof checkPayout>>): Promise<CommandResult> {
  const { problems, totals, lines, paid } = check;
  const rows = await Promise.all(totals.map((total) => totalRow(context, total)));
  const text = [
    `${lines} lines, ${paid} of them paid`,
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...problems.map(({ at, id, code, message }) => {
      const where = [at === null ? [] : [`line ${at}`], id === null ? [] : [id]].flat().join(", ");
      return `${where === "" ? "list" : where}: ${message} (${code})`;
    }),
    problems.length === 0 ? "The list can be paid." : "Nothing was signed.",
  ];
  return { data: check, text: text.join("\n"), exitCode: problems.length === 0 ? 0 : 1 };
}

async function totalRow(context: Context, total: PayoutTotal): Promise<string[]> {
  const token = await tokenForShow(context.network(), total.token);
  const newAccounts = total.newAccounts === 0 ? "" : `, ${total.newAccounts} new accounts`;
  return [
    `${total.lines} to pay`,
    formatAmount(total.amount, token),
    `fees ${formatAmount(total.fees, token)}${newAccounts}`,
    total.account === null ? "no account" : `from account ${total.account}, ${formatAmount(total.balance, token)}`,
  ];
}

function tellReport(report: PayoutReport, result: string): CommandResult {
  const { name, counts, isComplete, lines } = report;
  const failed = lines.filter(({ status }) => !PAID.includes(status));
  const text = [
    `payout ${name}: ${Object.entries(counts)
      .map(([status, count]) => `${count} ${status}`)
      .join(", ")}`,
    ...failed.slice(0, 20).map(({ at, id, status }) => `line ${at}, ${id}: ${status}`),
    `Each line with its status and transaction: ${result}`,
    ...(isComplete ? [] : ["Run the same command again to pay what is left."]),
  ];
  return { data: { ...report, result }, text: text.join("\n"), exitCode: isComplete ? 0 : 1 };
}
