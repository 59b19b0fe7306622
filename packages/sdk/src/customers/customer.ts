import { addressToBigint, bigintToAddress, type Domain } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import type { CairnClient } from "../actions/context.ts";
import { resolveToken, type TokenRef } from "../actions/tokens.ts";
import type { AccountView } from "../payee.ts";
import { encodePaymentCode } from "../payment-code.ts";
import { requestStore } from "../requests/store.ts";
import { type AccountsOf, refreshAccounts } from "./accounts.ts";
import { type BookEntry, type CustomerBook, openBook } from "./book.ts";
import { assertCustomers } from "./ids.ts";
import type { CustomerKeys } from "./keys.ts";

/** Which customers, in which token. */
export interface CustomersParameters {
  readonly keys: CustomerKeys;
  /** Ids; by default all that the storage knows. */
  readonly customers?: readonly string[];
  /** ETH by default. */
  readonly token?: TokenRef;
  readonly signal?: AbortSignal;
}

/** A customer, and what the node says of their accounts in a token. */
export interface Customer {
  readonly customer: string;
  /** x of the public key. */
  readonly key: bigint;
  /** Owner and key for payers: the first payment to it opens an account if there is none. */
  readonly paymentCode: string;
  readonly tokenId: number;
  /** The account to be paid: the lowest index; null when none is open. */
  readonly account: number | null;
  /** Further accounts with the same key, which anyone can open. */
  readonly others: readonly number[];
  /** Of all accounts together, in the token's smallest unit. */
  readonly balance: bigint;
}

/** What work on customers begins with. */
export interface CustomersSession extends AccountsOf {
  readonly book: CustomerBook;
  readonly domain: Domain;
  readonly entries: readonly BookEntry[];
}

/** Opens book and node, and adds the customers to the book. Throws as {@link findCustomers}. */
export async function openCustomersSession(
  client: CairnClient,
  { keys, customers, token = "ETH", signal }: CustomersParameters,
): Promise<CustomersSession> {
  if (customers !== undefined) assertCustomers(customers);
  const [l1, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
  const owner = client.cairn.owner();
  const book = openBook(requestStore(client.cairn.storage(), l1.domain), owner);
  const { id: tokenId } = await resolveToken(l1, token);
  const entries = await book.register(keys, customers ?? [...(await book.all()).keys()]);
  return { node, owner: addressToBigint(owner), tokenId, signal, book, domain: l1.domain, entries };
}

/**
 * Finds customers and their accounts, and keeps both in the storage: from the ids and the keys alone, so that a lost
 * storage costs nothing but the time to look. Customers without an account can be paid to their payment code. Throws
 * `sdk/bad-customer-list` for ids of another form, `sdk/request-conflict` when the storage has another key of a
 * customer, `sdk/unknown-token`, `sdk/no-storage`, `sdk/no-account`, and as the client's reads do.
 *
 * @example const [anna] = await findCustomers(client, { keys, customers: ["anna"] });
 */
export async function findCustomers(client: CairnClient, parameters: CustomersParameters): Promise<Customer[]> {
  const session = await openCustomersSession(client, parameters);
  const found = await refreshAccounts(session, session.book, session.entries);
  return session.entries.map((entry) => customerOf(session, entry, found.get(entry.id) ?? []));
}

function customerOf(
  { owner, domain, tokenId }: Pick<CustomersSession, "owner" | "domain" | "tokenId">,
  entry: BookEntry,
  accounts: readonly AccountView[],
): Customer {
  const key = wordToBigint(entry.key);
  const [first, ...others] = accounts;
  return {
    customer: entry.id,
    key,
    paymentCode: encodePaymentCode({ owner, key }, domain),
    tokenId,
    account: first?.index ?? null,
    others: others.map(({ index }) => index),
    balance: accounts.reduce((sum, { balance }) => sum + BigInt(balance), 0n),
  };
}

/** The owner as an address. */
export function ownerOf({ owner }: Pick<CustomersSession, "owner">): string {
  return bigintToAddress(owner);
}
