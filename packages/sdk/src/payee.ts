import { addressToBigint, bigintToAddress, CairnError, type Domain, type Hex } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, wordToBigint } from "@cairn/rpc";
import type { NodeClient } from "./client.ts";
import { apiErrorOf, type SdkErrorCode } from "./errors.ts";
import { badAnswer } from "./http.ts";
import type { CallOptions } from "./methods.ts";
import { parsePaymentCode } from "./payment-code.ts";

/** An account as a node shows it. */
export type AccountView = RouteResponse<"account">;

/** Whom a payer names. */
export type PayeeName =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "address"; readonly address: string }
  | { readonly type: "paymentCode"; readonly code: string };

/** Where a payment goes: an account that exists, or one that the payment creates. All of it is signed. */
export type Payee =
  | { readonly type: "existing"; readonly index: number; readonly owner: bigint; readonly key: bigint }
  | { readonly type: "new"; readonly owner: bigint; readonly key: bigint };

/**
 * Finds the account to pay in a token.
 *
 * - By payment code: the account with exactly that owner and key, or a new one with them. The node cannot cheat.
 * - By address: an account whose key the owner authorised on L1, else one without a key, else a new one without a key. Never an
 *   account with another key, which a stranger may have opened in the owner's name. Whether a key was authorised is the
 *   node's word: pay to a payment code if the node is not trusted.
 * - By index: that account, whoever's it is.
 *
 * Throws `sdk/bad-payee`, `sdk/bad-payment-code`, and as the client's reads do.
 */
export async function resolvePayee(
  client: Pick<NodeClient, "account" | "accounts">,
  name: PayeeName,
  { tokenId, domain }: { readonly tokenId: number; readonly domain: Domain },
  options: CallOptions = {},
): Promise<Payee> {
  switch (name.type) {
    case "index": {
      const account = await findAccount(client, name.index, options);
      if (account === null) throw bad(`there is no account ${name.index}`);
      if (account.tokenId !== tokenId) {
        throw bad(`account ${name.index} is in token ${account.tokenId}, not ${tokenId}`);
      }
      return existing(account);
    }
    case "address": {
      const owner = toOwner(name.address);
      const accounts = await accountsOf(client, owner, tokenId, options);
      const chosen = accounts.find(({ ownerKey }) => ownerKey) ?? accounts.find(({ key }) => wordToBigint(key) === 0n);
      return chosen === undefined ? { type: "new", owner, key: 0n } : existing(chosen);
    }
    case "paymentCode": {
      const { owner, key } = parsePaymentCode(name.code, domain);
      const accounts = await accountsOf(client, owner, tokenId, options);
      const chosen = accounts.find((account) => wordToBigint(account.key) === key);
      return chosen === undefined ? { type: "new", owner, key } : existing(chosen);
    }
  }
}

/** The payee that an account is. */
export function existing(account: Pick<AccountView, "index" | "owner" | "key">): Payee & { readonly type: "existing" } {
  return {
    type: "existing",
    index: account.index,
    owner: addressToBigint(account.owner),
    key: wordToBigint(account.key),
  };
}

/** Accounts of an owner that a key signs for, in one token or all, the richest first. Throws as the client's reads do. */
export async function ownAccounts(
  client: Pick<NodeClient, "accounts">,
  { owner, key, tokenId }: { readonly owner: bigint; readonly key: bigint; readonly tokenId?: number },
  options: CallOptions = {},
): Promise<AccountView[]> {
  const query = { owner: bigintToAddress(owner), ...(tokenId === undefined ? {} : { tokenId }) };
  const { accounts } = await client.accounts(query, options);
  return accounts
    .filter((account) => isOf(account, owner, tokenId) && account.key.toLowerCase() === bigintToWord(key))
    .sort((a, b) => (BigInt(b.balance) > BigInt(a.balance) ? 1 : -1));
}

/** An account by index; null when there is none. Throws `sdk/bad-answer` for another one, and as the client's reads do. */
export async function findAccount(
  client: Pick<NodeClient, "account">,
  index: number,
  options: CallOptions = {},
): Promise<AccountView | null> {
  try {
    const account = await client.account({ index }, options);
    if (account.index !== index) throw badAnswer(`asked for account ${index}, got ${account.index}`, { index });
    return account;
  } catch (error) {
    if (apiErrorOf(error)?.code === "not-found") return null;
    throw error;
  }
}

/** A node that answers with accounts of others, or in another token, is not believed. */
async function accountsOf(
  client: Pick<NodeClient, "accounts">,
  owner: bigint,
  tokenId: number,
  options: CallOptions,
): Promise<AccountView[]> {
  const { accounts } = await client.accounts({ owner: bigintToAddress(owner), tokenId }, options);
  return accounts.filter((account) => isOf(account, owner, tokenId));
}

function isOf(account: AccountView, owner: bigint, tokenId: number | undefined): boolean {
  return addressToBigint(account.owner) === owner && (tokenId === undefined || account.tokenId === tokenId);
}

function toOwner(address: string): bigint {
  const owner = /^0x[0-9a-fA-F]{40}$/.test(address) ? addressToBigint(address as Hex) : 0n;
  if (owner === 0n) throw bad(`not an address that can own an account: ${address}`);
  return owner;
}

function bad(message: string): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-payee", message);
}
