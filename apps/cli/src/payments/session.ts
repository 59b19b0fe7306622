import { addressToBigint, type Domain, MAX_ACCOUNTS } from "@cairn/protocol";
import type { RouteResponse } from "@cairn/rpc";
import { type AccountView, findAccount, type NodeClient, ownAccounts, type Wallet } from "@cairn/sdk";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { findIdentity, type Identity } from "../keys/identity.ts";
import type { Network } from "../network.ts";
import type { Token } from "../tokens.ts";

/** A node that serves the user's rollup. */
export interface NodeSession {
  readonly network: Network;
  readonly client: NodeClient;
  readonly domain: Domain;
  readonly rollup: RouteResponse<"rollup">;
}

/** A node session with a signer. */
export interface SigningSession extends NodeSession {
  readonly identity: Identity;
  readonly wallet: Wallet;
}

/**
 * Connects to the node and checks that it serves the same rollup. Throws `cli/wrong-chain`, and as network and client
 * do.
 */
export async function openNode(context: Context): Promise<NodeSession> {
  const network = context.network();
  const client = network.node();
  const [domain, rollup] = await Promise.all([network.domain(), client.rollup({}, { signal: context.signal })]);
  if (BigInt(rollup.chainId) !== domain.chainId || addressToBigint(rollup.rollup) !== domain.rollup) {
    throw cliError(
      "cli/wrong-chain",
      `the node serves ${rollup.rollup} on chain ${rollup.chainId}, expected ${network.rollup()} on ${domain.chainId}`,
      { details: { nodeUrl: client.url, rollup: rollup.rollup, chainId: rollup.chainId } },
    );
  }
  return { network, client, domain, rollup };
}

/** A node session with the keys of `--key`, or of another name. Throws as {@link openNode} and the identity do. */
export async function openSigning(context: Context, keyName?: string): Promise<SigningSession> {
  // Without a network there is no profile key either, and a missing key would be the wrong complaint.
  context.network().nodeUrl();
  context.network().rollup();
  const identity = findIdentity(context, keyName);
  const session = await openNode(context);
  return { ...session, identity, wallet: await identity.wallet(session.domain) };
}

/**
 * The account that pays: the one named, else the richest of the key in the token. Throws `cli/unknown-account`,
 * `cli/usage`.
 */
export async function findSender(
  { client, identity, wallet }: Pick<SigningSession, "client" | "identity" | "wallet">,
  token: Token,
  index?: number,
): Promise<AccountView> {
  const owner = addressToBigint(identity.owner);
  if (index === undefined) {
    const [richest] = await ownAccounts(client, { owner, key: wallet.key, tokenId: token.id });
    if (richest !== undefined) return richest;
    throw cliError("cli/unknown-account", `${identity.name} has no account in ${token.symbol}`, {
      details: { owner: identity.owner, tokenId: token.id },
    });
  }
  const account = await findAccount(client, index);
  if (account === null) throw cliError("cli/unknown-account", `there is no account ${index}`);
  if (account.tokenId !== token.id) throw cliError("cli/usage", `account ${index} is not in ${token.symbol}`);
  if (BigInt(account.key) === wallet.key) return account;
  throw cliError("cli/unknown-account", `account ${index} does not have the key ${identity.name}`);
}

/** An account index from text. Throws `cli/usage`. */
export function parseIndex(text: string): number {
  if (/^[0-9]{1,8}$/.test(text) && Number(text) < MAX_ACCOUNTS) return Number(text);
  throw cliError("cli/usage", `not an account index: ${text}`);
}
