import { paymentRequestId } from "@cairn/protocol";
import { isPaymentRequest, parsePaymentRequest, type RequestState, requestPayment } from "@cairn/sdk";
import { formatAmount, parsePositiveAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { type CommandResult, table } from "../output.ts";
import { formatReference } from "../payments/reference.ts";
import { openNode, parseIndex } from "../payments/session.ts";
import { openSdk } from "../sdk-client.ts";
import { findToken, type Token, tokenById } from "../tokens.ts";

interface NewFlags {
  readonly account?: string;
  readonly reference?: string;
  readonly memo?: string;
  readonly expiresIn: string;
}

const LONGEST_SECONDS = 366 * 86_400;

/** `cairn request`: asks for payments, and says whether they came. */
export function addRequestCommand(host: Host): void {
  const group = host.program.command("request").description("ask for payments on L2, and see whether they came");
  addNew(host, group);
  addStatus(host, group);
}

function addNew({ run }: Host, group: Host["program"]): void {
  const command = group
    .command("new")
    .description(
      "ask for a payment: prints a link and a QR text for the payer, and registers the request with the node",
    )
    .argument("<amount>", "in whole units")
    .argument("<token>", "symbol, number or contract")
    .option("--account <index>", "account to be paid; default: the key's richest in the token")
    .option("--reference <text>", "up to 31 bytes by which you recognise the payment; default: random")
    .option("--memo <text>", "a longer text instead: the node keeps it, anyone with the request can read it")
    .option("--expires-in <seconds>", "how long it can be paid in time", "3600");
  addNetworkOptions(addKeyOptions(command));
  addExamples(
    command,
    'cairn request new 25 USD --reference "order 17"',
    'cairn request new 0.5 ETH --memo "Invoice 17: 25 hours of advice" --expires-in 86400 --json',
  );
  run(command, async (context, flags: NewFlags, amountText: string, tokenText: string) => {
    const token = await findToken(context.network(), tokenText);
    const amount = parsePositiveAmount(amountText, token);
    const { client } = await openSdk(context);
    const taken = await requestPayment(client, {
      amount,
      token: token.id,
      expiresIn: secondsOf(flags.expiresIn),
      ...(flags.account === undefined ? {} : { account: parseIndex(flags.account) }),
      ...(flags.reference === undefined ? {} : { reference: flags.reference }),
      ...(flags.memo === undefined ? {} : { memo: flags.memo }),
    });
    const { id, link, qrText, request } = taken;
    const rows = [
      ["request", id],
      ["amount", `${formatAmount(amount, token)} to account ${request.account}`],
      ["reference", formatReference(request.reference) ?? ""],
      ["expires", new Date(request.expiresAt * 1000).toISOString()],
      ["link", link],
      ["QR text", qrText],
    ];
    return { data: { id, link, qrText, account: request.account, expiresAt: request.expiresAt }, text: table(rows) };
  });
}

function addStatus({ run }: Host, group: Host["program"]): void {
  const command = group
    .command("status")
    .description("whether a request is paid, and by which transactions")
    .argument("<request>", "its id, link or QR text");
  addNetworkOptions(command);
  addExamples(command, "cairn request status 0x5f0c…", "cairn request status cairn:cairn1… --json");
  run(command, async (context, _flags: object, text: string) => {
    const { client, network } = await openNode(context);
    const state = await client.paymentRequest({ id: idOf(text) });
    return tell(state, await tokenById(network, state.tokenId));
  });
}

function tell(state: RequestState, token: Token): CommandResult {
  const { status, certainty, amount, paid, paidLate, paidRecalled, expiresAt, memo, payments } = state;
  const rows = [
    ["status", certainty === null ? status : `${status}, ${certainty}`],
    ["asked", formatAmount(amount, token)],
    ["paid", formatAmount(paid, token)],
    ...(paidLate === "0" ? [] : [["paid late", formatAmount(paidLate, token)]]),
    ...(paidRecalled === "0" ? [] : [["paid, as the payer says", formatAmount(paidRecalled, token)]]),
    ["expires", new Date(expiresAt * 1000).toISOString()],
    ...(memo === null ? [] : [["memo", memo]]),
    ...payments.map(({ id, status: state, isLate, isRecalled }) => [
      "payment",
      [id, state, ...(isLate ? ["late"] : []), ...(isRecalled ? ["as the payer says"] : [])].join(", "),
    ]),
  ];
  return { data: state, text: table(rows) };
}

function idOf(text: string): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text;
  if (!isPaymentRequest(text)) throw cliError("cli/usage", "a request is named by its id, its link or its QR text");
  const { request, domain } = parsePaymentRequest(text);
  return paymentRequestId(request, domain);
}

function secondsOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text) && Number(text) <= LONGEST_SECONDS) return Number(text);
  throw cliError("cli/usage", `--expires-in is a number of seconds up to ${LONGEST_SECONDS}: ${text.slice(0, 40)}`);
}
