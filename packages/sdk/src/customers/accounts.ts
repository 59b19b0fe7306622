import { bigintToAddress } from "@cairn/protocol";
import type { NodeClient } from "../client.ts";
import { inParallel } from "../delay.ts";
import { type AccountView, findAccount, listAccounts } from "../payee.ts";
import { type BookEntry, type CustomerBook, indicesOf, withIndices } from "./book.ts";

/** Where to look for accounts. */
export interface AccountsOf {
  readonly node: Pick<NodeClient, "account" | "accounts">;
  readonly owner: bigint;
  readonly tokenId: number;
  readonly signal?: AbortSignal | undefined;
}

/** Customers whose accounts are searched one by one, each through the whole list, but in larger steps. */
const FEW_CUSTOMERS = 5;
/** Accounts of others in the owner's list, beside as many again as are known, after which it is not worth reading. */
const STRANGERS = 2_000;

/**
 * The accounts of customers in a token, lowest index first, as the node has them now, by customer. Those that the book
 * knows are compared with owner, key and token: indices change when unproven blocks are dropped. Where the book knows
 * one of each, an owner's list that strangers have made long is not read to its end; so accounts that others opened with
 * a customer's key may be missing. Throws as the client's reads do.
 */
export async function readAccounts(of: AccountsOf, entries: readonly BookEntry[]): Promise<Map<string, AccountView[]>> {
  const customerOf = new Map(entries.map(({ id, key }) => [key, id]));
  const found = new Map<number, { readonly customer: string; readonly account: AccountView }>();
  const add = (account: AccountView | null): void => {
    if (account === null || account.tokenId !== of.tokenId || BigInt(account.owner) !== of.owner) return;
    const customer = customerOf.get(account.key.toLowerCase());
    if (customer !== undefined) found.set(account.index, { customer, account });
  };
  const read = (indices: readonly number[]) =>
    inParallel(indices, async (index) => add(await findAccount(of.node, index, { signal: of.signal })));

  const known = entries.flatMap((entry) => indicesOf(entry, of.tokenId));
  if (known.length > 0 && entries.every((entry) => indicesOf(entry, of.tokenId).length > 0)) {
    const isWhole = await readList(of, { from: Math.min(...known), most: 2 * known.length + STRANGERS }, add);
    if (!isWhole) await read(known.filter((index) => !found.has(index)));
  }
  const seen = new Set([...found.values()].map(({ customer }) => customer));
  const missing = entries.filter(({ id }) => !seen.has(id));
  if (missing.length <= FEW_CUSTOMERS) {
    for (const { key } of missing) await readList(of, { key }, add);
  } else await readList(of, {}, add);
  const byCustomer = new Map<string, AccountView[]>(entries.map(({ id }) => [id, []]));
  for (const { customer, account } of [...found.values()].sort((a, b) => a.account.index - b.account.index))
    byCustomer.get(customer)?.push(account);
  return byCustomer;
}

/** Reads accounts, and keeps in the book what it did not know. */
export async function refreshAccounts(
  of: AccountsOf,
  book: CustomerBook,
  entries: readonly BookEntry[],
): Promise<Map<string, AccountView[]>> {
  const found = await readAccounts(of, entries);
  const changed = entries.flatMap((entry) => {
    const indices = (found.get(entry.id) ?? []).map(({ index }) => index);
    const now = withIndices(entry, of.tokenId, indices);
    return now === entry ? [] : [now];
  });
  if (changed.length > 0) await book.save(changed);
  return found;
}

/** Tells all accounts of the owner's list, or the first ones; whether these were all. */
async function readList(
  { node, owner, tokenId, signal }: AccountsOf,
  {
    most = Number.POSITIVE_INFINITY,
    ...query
  }: { readonly from?: number; readonly key?: string; readonly most?: number },
  tell: (account: AccountView) => void,
): Promise<boolean> {
  let seen = 0;
  for await (const account of listAccounts(node, { owner: bigintToAddress(owner), tokenId, ...query }, { signal })) {
    tell(account);
    if (++seen >= most) return false;
  }
  return true;
}
