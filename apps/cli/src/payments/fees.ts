import type { ClientRequest } from "@cairn/rpc";
import { type NodeClient, quoteFee } from "@cairn/sdk";
import { type Command, Option } from "commander";
import { formatAmount, parseAmount } from "../amounts.ts";
import { cliError } from "../errors.ts";
import type { Token } from "../tokens.ts";

/** Options about fees. */
export interface FeeOptions {
  readonly fee?: string;
  readonly maxFee?: string;
}

/** Adds `--fee` and `--max-fee`. */
export function addFeeOptions(command: Command): Command {
  const group = "Fee:";
  return command
    .addOption(new Option("--fee <amount>", "fee in the token paid; default: the node's quote").helpGroup(group))
    .addOption(
      new Option("--max-fee <amount>", "highest quote to accept; default: as much as the amount").helpGroup(group),
    );
}

/**
 * The fee to sign: as given, else the node's quote, up to `--max-fee` or `limit`. 0 for a token in which the node
 * accepts none. Throws `cli/fee-too-high`, `cli/bad-amount`, and like the client.
 */
export async function chooseFee(
  client: NodeClient,
  kind: ClientRequest<"quote">["query"]["kind"],
  token: Token,
  options: FeeOptions,
  limit: bigint,
): Promise<bigint> {
  if (options.fee !== undefined) return parseAmount(options.fee, token);
  const most = feeLimit(options, token, limit);
  const fee = await quoteFee(client, { kind, tokenId: token.id });
  if (fee <= most) return fee;
  throw cliError(
    "cli/fee-too-high",
    `the node asks for ${formatAmount(fee, token)}, but at most ${formatAmount(most, token)} is allowed`,
    {
      details: { fee, limit: most },
    },
  );
}

/** Highest fee to accept from someone else: `--fee` or `--max-fee`, else `limit`. Throws `cli/bad-amount`. */
export function feeLimit({ fee, maxFee }: FeeOptions, token: Token, limit: bigint): bigint {
  const given = maxFee ?? fee;
  return given === undefined ? limit : parseAmount(given, token);
}
