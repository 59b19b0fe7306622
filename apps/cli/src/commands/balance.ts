import { addressToBigint, bigintToAddress } from "@cairn/protocol";
import { type AccountView, findAccount, isPaymentCode, parsePaymentCode } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { findIdentity } from "../keys/identity.ts";
import type { Network } from "../network.ts";
import { type CommandResult, table } from "../output.ts";
import { type NodeSession, openNode, parseIndex } from "../payments/session.ts";
import { restoredAccounts } from "../restored/accounts.ts";
import { addStateOption, type StateFlags, withRestored } from "../restored/session.ts";
import { tokenToJson } from "../token-label.ts";
import { findToken, formatIn, tokensForShow } from "../tokens.ts";

interface BalanceOptions extends StateFlags {
  readonly token?: string;
  readonly restored?: boolean;
}

/** `cairn balance`: accounts and what is in them. */
export function addBalanceCommand({ program, run }: Host): void {
  const command = program
    .command("balance")
    .description("show one's own accounts, those of an owner, or one account")
    .argument("[whose]", "owner's address, payment code or account index; the key's owner without")
    .option("--token <token>", "only accounts in this token")
    .option("--restored", "ask no node: rebuild the last proven state from L1 alone");
  addNetworkOptions(addKeyOptions(addStateOption(command)));
  addExamples(
    command,
    "cairn balance",
    "cairn balance 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --token ETH",
    "cairn balance 66",
    "cairn balance --restored",
  );
  run(command, async (context, options: BalanceOptions, whose: string | undefined) => {
    const owner = whose === undefined ? findIdentity(context).owner : whose;
    if (options.restored === true) {
      return withRestored(context, options, async (session) => {
        return show(session.network, owner, options, await restoredAccounts(session, owner));
      });
    }
    const session = await openNode(context);
    return show(session.network, owner, options, await accountsOf(session, owner));
  });
}

async function show(
  network: Network,
  owner: string,
  options: BalanceOptions,
  found: readonly AccountView[],
): Promise<CommandResult> {
  const token = options.token === undefined ? null : await findToken(network, options.token);
  const accounts = found.filter((account) => token === null || account.tokenId === token.id);
  const tokens = await tokensForShow(
    network,
    accounts.map(({ tokenId }) => tokenId),
  );
  const rows = accounts.map((account) => {
    const { index, balance, nonce, tokenId } = account;
    return [String(index), formatIn(tokens, tokenId, balance), String(nonce), keyState(account), account.owner];
  });
  const text =
    rows.length === 0 ? `${owner} has no account` : table([["index", "balance", "nonce", "key", "owner"], ...rows]);
  return { data: { accounts, tokens: [...tokens.values()].map(tokenToJson) }, text };
}

async function accountsOf({ client, domain }: NodeSession, whose: string): Promise<AccountView[]> {
  if (/^[0-9]+$/.test(whose)) {
    const account = await findAccount(client, parseIndex(whose));
    if (account === null) throw cliError("cli/unknown-account", `there is no account ${whose}`);
    return [account];
  }
  if (isPaymentCode(whose)) {
    const { owner, key } = parsePaymentCode(whose, domain);
    const { accounts } = await client.accounts({ owner: bigintToAddress(owner) });
    return accounts.filter((account) => BigInt(account.key) === key);
  }
  return (await client.accounts({ owner: bigintToAddress(addressToBigint(parseAddress(whose))) })).accounts;
}

function keyState({ key, ownerKey }: AccountView): string {
  if (BigInt(key) === 0n) return "none";
  return ownerKey ? "authorised on L1" : "not authorised on L1";
}
