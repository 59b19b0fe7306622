import { addressToBigint, bigintToAddress, bigintToHex, type Domain } from "@cairn/protocol";
import { type AccountView, findAccount, isPaymentCode, listAccounts, parsePaymentCode } from "@cairn/sdk";
import { parseAddress } from "../address.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeyOptions, addNetworkOptions, type Host } from "../host.ts";
import { findIdentity } from "../keys/identity.ts";
import type { Network } from "../network.ts";
import { type CommandResult, table } from "../output.ts";
import { type NodeSession, openNode, parseIndex } from "../payments/session.ts";
import { type AccountsPage, type PageQuery, restoredAccounts } from "../restored/accounts.ts";
import { addStateOption, type StateFlags, withRestored } from "../restored/session.ts";
import { tokenToJson } from "../token-label.ts";
import { findToken, formatIn, tokensForShow } from "../tokens.ts";

interface BalanceOptions extends StateFlags {
  readonly token?: string;
  readonly restored?: boolean;
  readonly from?: string;
}

/** Accounts shown per call. */
const PAGE = 100;

/** `cairn balance`: accounts and their balances. */
export function addBalanceCommand({ program, run }: Host): void {
  const command = program
    .command("balance")
    .description("show your accounts, those of an owner, or one account")
    .argument("[whose]", "owner's address, payment code or account index; default: the key's owner")
    .option("--token <token>", "only accounts in this token")
    .option("--from <index>", `leave out accounts below this index; at most ${PAGE} are shown`)
    .option("--restored", "use no node: rebuild the last proven state from L1 alone");
  addNetworkOptions(addKeyOptions(addStateOption(command)));
  addExamples(
    command,
    "cairn balance",
    "cairn balance 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --token ETH",
    "cairn balance 66",
    "cairn balance --restored",
  );
  run(command, async (context, options: BalanceOptions, whose: string | undefined) => {
    const network = context.network();
    if (options.restored === true) network.l1RpcUrl();
    else network.nodeUrl();
    network.rollup();
    const owner = whose === undefined ? findIdentity(context).owner : whose;
    if (options.restored === true) {
      return withRestored(context, options, async (session) => {
        const query = await pageQuery(session.network, options);
        return show(session.network, owner, await restoredAccounts(session, owner, query));
      });
    }
    const session = await openNode(context);
    const query = await pageQuery(session.network, options);
    return show(session.network, owner, await accountsOf(session, owner, query));
  });
}

async function pageQuery(network: Network, { token, from }: BalanceOptions): Promise<PageQuery> {
  return {
    ...(token === undefined ? {} : { tokenId: (await findToken(network, token)).id }),
    from: from === undefined ? 0 : parseIndex(from),
    limit: PAGE,
  };
}

async function show(network: Network, owner: string, { accounts, next }: AccountsPage): Promise<CommandResult> {
  const tokens = await tokensForShow(
    network,
    accounts.map(({ tokenId }) => tokenId),
  );
  const rows = accounts.map((account) => {
    const { index, balance, nonce, tokenId } = account;
    return [String(index), formatIn(tokens, tokenId, balance), String(nonce), keyState(account), account.owner];
  });
  const list =
    rows.length === 0 ? `${owner} has no account` : table([["index", "balance", "nonce", "key", "owner"], ...rows]);
  const text = next === null ? list : `${list}\nMore accounts: --from ${next}`;
  return { data: { accounts, next, tokens: [...tokens.values()].map(tokenToJson) }, text };
}

async function accountsOf(
  { client, domain }: NodeSession,
  whose: string,
  { tokenId, from, limit }: PageQuery,
): Promise<AccountsPage> {
  if (/^[0-9]+$/.test(whose)) {
    const account = await findAccount(client, parseIndex(whose));
    if (account === null) throw cliError("cli/unknown-account", `there is no account ${whose}`);
    return { accounts: tokenId === undefined || account.tokenId === tokenId ? [account] : [], next: null };
  }
  const query = { from, ...(tokenId === undefined ? {} : { tokenId }) };
  const found: AccountView[] = [];
  const all = listAccounts(client, { ...query, ...ownerQuery(whose, domain) });
  for await (const account of all) {
    if (found.length === limit) return { accounts: found, next: account.index };
    found.push(account);
  }
  return { accounts: found, next: null };
}

function ownerQuery(whose: string, domain: Domain): { readonly owner: string; readonly key?: string } {
  if (!isPaymentCode(whose)) return { owner: bigintToAddress(addressToBigint(parseAddress(whose))) };
  const { owner, key } = parsePaymentCode(whose, domain);
  return { owner: bigintToAddress(owner), key: bigintToHex(key, 32) };
}

function keyState({ key, ownerKey }: AccountView): string {
  if (BigInt(key) === 0n) return "none";
  return ownerKey ? "authorised on L1" : "not authorised on L1";
}
