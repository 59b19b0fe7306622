import { parsePaymentRequest, payRequest } from "@cairn/sdk";
import { type Command, Option } from "commander";
import { formatAmount, parseAmount } from "../amounts.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { type CommandResult, table } from "../output.ts";
import { openSdk } from "../sdk-client.ts";
import { tokenById } from "../tokens.ts";
import { formatReference } from "./reference.ts";

/** Option for the highest fee of a request's payment. */
export interface MaxFeeOption {
  readonly maxFee?: string;
  readonly dryRun?: boolean;
}

/** How long it is waited for the node's confirmation. */
const CONFIRM_MS = 60_000;

/** Adds `--max-fee`. */
export function addMaxFeeOption(command: Command): Command {
  return command.addOption(
    new Option("--max-fee <amount>", "of a request: highest fee to accept; default: as much as the amount").helpGroup(
      "Fee:",
    ),
  );
}

/** Pays a request once, and waits until the node has confirmed it. Throws as `payRequest` of the SDK. */
export async function payOneRequest(context: Context, options: MaxFeeOption, text: string): Promise<CommandResult> {
  const { request } = parsePaymentRequest(text);
  if (options.dryRun === true)
    throw cliError("cli/usage", "--dry-run is for payouts: a request says itself what it asks for");
  const network = context.network();
  const token = await tokenById(network, request.tokenId);
  const { client } = await openSdk(context);
  const maxFee = options.maxFee === undefined ? {} : { maxFee: parseAmount(options.maxFee, token) };
  const handle = await payRequest(client, text, maxFee);
  const status = await handle.wait({ for: "confirmed", timeout: CONFIRM_MS, signal: context.signal });
  const [id = null] = handle.hashes();
  const { account, amount, reference } = request;
  const rows = [
    ["paid", `${formatAmount(amount, token)} to account ${account}`],
    ["reference", formatReference(reference) ?? ""],
    ["transaction", `${id}, ${status}`],
  ];
  return { data: { id, status, request: handle.id, account, amount, token: token.id }, text: table(rows) };
}
