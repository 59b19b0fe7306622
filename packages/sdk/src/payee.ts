import { addressProblem, addressToBigint, bigintToAddress, CairnError, type Domain } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, wordToBigint } from "@cairn/rpc";
import type { NodeClient } from "./client.ts";
import { apiErrorOf, type SdkErrorCode } from "./errors.ts";
import { badAnswer } from "./http.ts";
import type { CallOptions } from "./methods.ts";
import { parsePaymentCode } from "./payment-code.ts";

/** An account as a node returns it. */
export type AccountView = RouteResponse<"account">;

const NO_KEY = bigintToWord(0n);

/** How a payer names the payee. */
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
 * - By address: an account whose key the owner authorised on L1, else one without a key, else a new one without a key.
 *   Never an account with another key, which a stranger may have opened in the owner's name. Whether a key was
 *   authorised is the node's word: pay to a payment code if the node is not trusted.
 * - By index: that account, whoever owns it.
 *
 * Throws `sdk/bad-payee`, `sdk/bad-payment-code`, and as the client's reads do.
 *
 * @example const to = await resolvePayee(node, { type: "paymentCode", code }, { tokenId: 0, domain });
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
      return existingPayee(account);
    }
    case "address": {
      const owner = toOwner(name.address);
      const query = { owner: bigintToAddress(owner), tokenId };
      const chosen =
        (await first(listAccounts(client, { ...query, ownerKey: true }, options))) ??
        (await first(listAccounts(client, { ...query, key: NO_KEY }, options)));
      return chosen === undefined ? { type: "new", owner, key: 0n } : existingPayee(chosen);
    }
    case "paymentCode": {
      const { owner, key } = parsePaymentCode(name.code, domain);
      const query = { owner: bigintToAddress(owner), tokenId, key: bigintToWord(key) };
      const chosen = await first(listAccounts(client, query, options));
      return chosen === undefined ? { type: "new", owner, key } : existingPayee(chosen);
    }
  }
}

/**
 * The payee for an existing account.
 *
 * @example wallet.transfer({ from, to: existingPayee(await node.account({ index: 70 })), amount: 5n, fee: 1n });
 */
export function existingPayee(
  account: Pick<AccountView, "index" | "owner" | "key">,
): Payee & { readonly type: "existing" } {
  return {
    type: "existing",
    index: account.index,
    owner: addressToBigint(account.owner),
    key: wordToBigint(account.key),
  };
}

/**
 * Accounts of an owner that a key signs for, in one token or all, the richest first. Throws as the client's reads do.
 *
 * @example const [richest] = await ownAccounts(node, { owner, key: wallet.key, tokenId: 0 });
 */
export async function ownAccounts(
  client: Pick<NodeClient, "accounts">,
  { owner, key, tokenId }: { readonly owner: bigint; readonly key: bigint; readonly tokenId?: number },
  options: CallOptions = {},
): Promise<AccountView[]> {
  const found: AccountView[] = [];
  const query = {
    owner: bigintToAddress(owner),
    key: bigintToWord(key),
    ...(tokenId === undefined ? {} : { tokenId }),
  };
  for await (const account of listAccounts(client, query, options)) found.push(account);
  return found.sort((a, b) => (BigInt(b.balance) > BigInt(a.balance) ? 1 : -1));
}

/** Which accounts {@link listAccounts} lists. */
export interface AccountQuery {
  /** L1 address. */
  readonly owner: string;
  readonly tokenId?: number;
  /** Only accounts with this key, as 32 bytes of hex; zero for those without one. */
  readonly key?: string;
  /** Only accounts whose key the owner authorised on L1, or only others. */
  readonly ownerKey?: boolean;
  /** The first index that may be listed; 0 by default. */
  readonly from?: number;
}

/**
 * The accounts of an owner, oldest first, asked for page by page. Anyone can open accounts for an owner, so leave the
 * loop when you have what you need. Accounts that were not asked for are rejected. Throws `sdk/bad-answer` for pages
 * that repeat, and as the client's reads do.
 *
 * @example
 * for await (const { index, balance } of listAccounts(node, { owner, tokenId: 0 })) console.log(index, balance);
 */
export async function* listAccounts(
  client: Pick<NodeClient, "accounts">,
  query: AccountQuery,
  options: CallOptions = {},
): AsyncGenerator<AccountView, void, undefined> {
  const { ownerKey, ...rest } = query;
  const asked =
    ownerKey === undefined ? rest : { ...rest, ownerKey: ownerKey ? ("true" as const) : ("false" as const) };
  const seen = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: RouteResponse<"accounts"> = await client.accounts(
      { ...asked, ...(cursor === undefined ? {} : { cursor }) },
      options,
    );
    yield* page.accounts.filter((account) => isAskedFor(account, query));
    cursor = page.next;
    if (cursor === null) return;
    if (seen.has(cursor)) throw badAnswer("the node repeats a page of accounts", { owner: query.owner, cursor });
    seen.add(cursor);
  }
}

/**
 * An account by index; null when there is none. Throws `sdk/bad-answer` for another one, and as the client's reads do.
 *
 * @example const account = await findAccount(node, 70); // null when there is none
 */
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

function isAskedFor(account: AccountView, { owner, tokenId, key, ownerKey }: AccountQuery): boolean {
  return (
    account.owner.toLowerCase() === owner.toLowerCase() &&
    (tokenId === undefined || account.tokenId === tokenId) &&
    (key === undefined || account.key.toLowerCase() === key.toLowerCase()) &&
    (ownerKey === undefined || account.ownerKey === ownerKey)
  );
}

async function first(accounts: AsyncGenerator<AccountView, void, undefined>): Promise<AccountView | undefined> {
  for await (const account of accounts) return account;
  return undefined;
}

function toOwner(address: string): bigint {
  const problem = addressProblem(address);
  if (problem !== null) throw bad(`${address.slice(0, 80)} ${problem}`);
  const owner = addressToBigint(address);
  if (owner === 0n) throw bad("the address 0 cannot own an account");
  return owner;
}

function bad(message: string): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-payee", message);
}
