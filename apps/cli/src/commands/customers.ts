import { basename, extname } from "node:path";
import { bigintToWord } from "@cairn/rpc";
import {
  type Customer,
  findCustomers,
  openCustomers,
  type SweepReport,
  sweepCustomers,
  sweepReportToCsv,
  sweepStatus,
} from "@cairn/sdk/customers";
import { type Command, Option } from "commander";
import { formatAmount, parseAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host, markSending } from "../host.ts";
import { findIdentity } from "../keys/identity.ts";
import { type CommandResult, table } from "../output.ts";
import { reportUntil } from "../payments/reports.ts";
import { parseIndex } from "../payments/session.ts";
import { addWaitOptions, type WaitFlags } from "../payments/waiting.ts";
import { FORMATS, type ListFormat, readCustomerList } from "../payouts/read-list.ts";
import { openSdk } from "../sdk-client.ts";
import { writeTextFile } from "../text-file.ts";
import { ETH } from "../token-label.ts";
import { findToken, formatIn, type Token, tokenById, tokensForShow } from "../tokens.ts";

interface CustomersFlags {
  readonly token: string;
  readonly customersKey?: string;
  readonly format?: ListFormat;
}

interface OpenFlags extends CustomersFlags {
  readonly from?: string;
  readonly maxFee?: string;
  readonly result?: string;
}

interface SweepFlags extends CustomersFlags, WaitFlags {
  readonly customers?: string;
  readonly to?: string;
  readonly minimum?: string;
  readonly feesFrom?: string;
  readonly maxFee?: string;
  readonly status?: boolean;
  readonly result?: string;
}

/** Customers that a table shows. */
const SHOWN = 50;

/** `cairn customers`: an account for each customer, swept in bulk. */
export function addCustomersCommand(host: Host): void {
  const group = host.program
    .command("customers")
    .description("an account of their own for each customer, under keys derived from one: open, list and sweep them");
  addOpen(host, group);
  addList(host, group);
  addSweep(host, group);
}

function addOpen({ run }: Host, group: Command): void {
  const command = group
    .command("open")
    .description("open an account for each customer who has none: run it again after any interruption")
    .argument("<file>", "ids of customers: CSV with the column customer, or a JSON list of texts")
    .option("--from <index>", "account that pays the fees; default: the key's richest")
    .option("--max-fee <amount>", "highest fee for an account; default: twice what the node asks for now")
    .option("--result <file>", "CSV with account and payment code of each customer; default: FILE.accounts.csv");
  addNetworkOptions(addKeyOptions(markSending(addCustomersOptions(command))));
  addExamples(command, "cairn customers open customers.csv --key shop", "cairn customers open new.json --token USD");
  run(command, async (context, flags: OpenFlags, file: string) => {
    const customers = await readCustomerList(file, flags.format);
    const { client, keys, token } = await openCustomersSdk(context, flags);
    const { opened, customers: found } = await openCustomers(client, {
      keys,
      customers,
      token: token.id,
      signal: context.signal,
      onProgress: ({ open, customers: all }) => context.output.progress(`${open} of ${all} customers have an account`),
      ...(flags.from === undefined ? {} : { from: parseIndex(flags.from) }),
      ...(flags.maxFee === undefined ? {} : { maxFee: parseAmount(flags.maxFee, token) }),
    });
    const result = flags.result ?? `${basename(file, extname(file))}.accounts.csv`;
    writeTextFile(result, customersToCsv(found));
    const text = `${opened} accounts opened, ${found.length - opened} were open\nEach customer's account and payment code: ${result}`;
    return { data: { opened, customers: found.map(customerToJson), result }, text };
  });
}

function addList({ run }: Host, group: Command): void {
  const command = group
    .command("list")
    .description("the customers, their accounts, balances and payment codes")
    .argument("[file]", "ids of customers to find, and to remember; default: all that are known here")
    .option("--result <file>", "also write them as CSV");
  addNetworkOptions(addKeyOptions(addCustomersOptions(command)));
  addExamples(command, "cairn customers list", "cairn customers list customers.csv --token USD --result accounts.csv");
  run(command, async (context, flags: CustomersFlags & { readonly result?: string }, file?: string) => {
    const customers = file === undefined ? undefined : await readCustomerList(file, flags.format);
    const { client, keys, token } = await openCustomersSdk(context, flags);
    const found = await findCustomers(client, {
      keys,
      token: token.id,
      signal: context.signal,
      ...(customers && { customers }),
    });
    if (flags.result !== undefined) writeTextFile(flags.result, customersToCsv(found));
    return { data: { customers: found.map(customerToJson) }, text: customersText(found, token) };
  });
}

function addSweep({ run }: Host, group: Command): void {
  const command = group
    .command("sweep")
    .description("move what the customers' accounts hold into one: run it again after any interruption")
    .option("--customers <file>", "only these customers; default: all that are known here")
    .option("--to <payee>", "account that gets the money: index, address or payment code; default: the key's richest")
    .option("--minimum <amount>", "least balance that is swept; default: twice the fee")
    .option("--fees-from <index>", "account that pays the fees, in a token with fees; default: the swept accounts")
    .option("--max-fee <amount>", "highest fee of a transfer; default: twice what the node asks for now")
    .option("--status", "only say what became of the last sweep")
    .option("--result <file>", "CSV with a line for each account; default: sweep-TOKEN-NUMBER.csv");
  addNetworkOptions(
    addKeyOptions(markSending(addWaitOptions(addCustomersOptions(command)), ({ status }) => status !== true)),
  );
  addExamples(
    command,
    "cairn customers sweep --key shop --minimum 0.01",
    "cairn customers sweep --token USD --wait final",
    "cairn customers sweep --status --json",
  );
  run(command, async (context, flags: SweepFlags) => {
    const customers = flags.customers === undefined ? undefined : await readCustomerList(flags.customers, flags.format);
    const { client, keys, token } = await openCustomersSdk(context, flags);
    const asked = { keys, token: token.id, signal: context.signal, ...(customers && { customers }) };
    const look = async (): Promise<SweepReport> => {
      const report = await sweepStatus(client, asked);
      if (report !== null) return report;
      throw cliError("cli/usage", `nothing was swept in ${token.symbol} yet`);
    };
    /** The token in which the fees are paid. */
    const feeTokenOf = async (): Promise<Token> => {
      const node = await client.cairn.node();
      if (flags.feesFrom !== undefined) {
        const { tokenId } = await node.account({ index: parseIndex(flags.feesFrom) });
        return tokenById(context.network(), tokenId);
      }
      const { feeTokens } = await node.rollup();
      return feeTokens.includes(token.id) ? token : ETH;
    };
    const sweep = async () =>
      sweepCustomers(client, {
        ...asked,
        onProgress: ({ sent, accounts }) => context.output.progress(`${sent} transfers sent, for ${accounts} accounts`),
        ...(flags.to === undefined ? {} : { to: payeeOf(flags.to) }),
        ...(flags.minimum === undefined ? {} : { minimum: parseAmount(flags.minimum, token) }),
        ...(flags.feesFrom === undefined ? {} : { feesFrom: parseIndex(flags.feesFrom) }),
        ...(flags.maxFee === undefined ? {} : { maxFee: parseAmount(flags.maxFee, await feeTokenOf()) }),
      });
    const report = flags.status === true ? await look() : await reportUntil(context, flags, { act: sweep, look });
    const result = flags.result ?? `sweep-${token.id}-${report.number}.csv`;
    writeTextFile(result, sweepReportToCsv(report));
    return tellSweep(context, report, token, result);
  });
}

function addCustomersOptions(command: Command): Command {
  return command
    .option("--token <token>", "symbol, number or contract", "ETH")
    .option("--customers-key <name>", "key from whose L2 part the customers' keys are derived; default: that of --key")
    .addOption(new Option("--format <format>", "form of the list; default: by the file's ending").choices(FORMATS));
}

async function openCustomersSdk(context: Context, { token, customersKey }: CustomersFlags) {
  const found = await findToken(context.network(), token);
  const { client, identity } = await openSdk(context);
  const { domain } = await client.cairn.l1();
  const source = customersKey === undefined ? identity : findIdentity(context, customersKey);
  return { client, keys: await source.customerKeys(domain), token: found };
}

function payeeOf(text: string): number | string {
  return /^[0-9]+$/.test(text) ? parseIndex(text) : text;
}

async function tellSweep(context: Context, report: SweepReport, token: Token, result: string): Promise<CommandResult> {
  const { number, counts, amount, fees, payerFees, left, isComplete, lines } = report;
  const failed = lines.filter(({ status }) => ["rejected", "replaced", "expired", "signed"].includes(status));
  const tokens = await tokensForShow(
    context.network(),
    payerFees.map(({ tokenId }) => tokenId),
  );
  const rows = [
    ["arrived", formatAmount(amount, token)],
    ["fees", formatAmount(fees, token)],
    ...payerFees.map(({ tokenId, fee }) => ["fees by others", formatIn(tokens, tokenId, fee)]),
    ["left", formatAmount(left, token)],
  ];
  const text = [
    `sweep ${number}: ${Object.entries(counts)
      .map(([status, count]) => `${count} ${status}`)
      .join(", ")}`,
    table(rows),
    ...failed.slice(0, 20).map(({ customer, account, status }) => `${customer}, account ${account}: ${status}`),
    `Each account with its status and transaction: ${result}`,
    ...(isComplete ? [] : ["It is not over. Run the same command again."]),
  ];
  return { data: { ...report, result }, text: text.join("\n"), exitCode: isComplete && failed.length === 0 ? 0 : 1 };
}

function customersText(customers: readonly Customer[], token: Token): string {
  if (customers.length === 0) return "no customers are known here: name a file with their ids";
  const rows = customers
    .slice(0, SHOWN)
    .map(({ customer, account, others, balance }) => [
      customer,
      account === null ? "no account" : `account ${[account, ...others.slice(0, 3)].join(", ")}`,
      formatAmount(balance, token),
    ]);
  const more = customers.length > SHOWN ? `\nand ${customers.length - SHOWN} more: --json or --result has all` : "";
  return table(rows) + more;
}

function customerToJson({ key, ...customer }: Customer) {
  return { ...customer, key: bigintToWord(key) };
}

function customersToCsv(customers: readonly Customer[]): string {
  const rows = customers.map(({ customer, account, others, balance, key, paymentCode }) =>
    [customer, account ?? "", others.join(" "), balance, bigintToWord(key), paymentCode].join(","),
  );
  // No cell needs quotes: ids of customers have no commas, and begin with a letter or digit.
  return `${["customer,account,others,balance,key,paymentCode", ...rows].join("\r\n")}\r\n`;
}
