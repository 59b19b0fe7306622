import type { CairnClient } from "../actions/context.ts";
import { findAccount } from "../payee.ts";
import type { StreamEvent } from "../stream.ts";
import type { BookEntry } from "./book.ts";
import { type CustomersParameters, openCustomersSession, ownerOf } from "./customer.ts";

/** Parameters of {@link watchCustomers}. */
export interface WatchParameters extends Omit<CustomersParameters, "token"> {
  /** Of the last event that was seen; without it, only what happens from now on. */
  readonly cursor?: string;
}

/** Something that happened to an account of the owner. */
export interface CustomerEvent {
  /** Whose account got or gave money; null for the owner's other accounts, those of strangers, and the connection. */
  readonly customer: string | null;
  /** Whether the customer's account gets or gives; a sweep gives. */
  readonly direction: "in" | "out" | null;
  readonly event: StreamEvent;
}

/**
 * What happens to customers, from one stream of their owner in all tokens. Keep `event.cursor` with what you book: from
 * it, the stream goes on without gaps, and tells nothing twice. Every event is told, so that the cursor moves on. Only
 * accounts with a customer's key count: others are strangers'. Throws as `NodeClient.stream` and `findCustomers`.
 *
 * @example
 * for await (const { customer, direction, event } of watchCustomers(client, { keys, cursor })) {
 *   if (direction === "in" && event.type === "entry") await shop.book(customer, event.entry, event.cursor);
 * }
 */
export async function* watchCustomers(
  client: CairnClient,
  { cursor, signal, ...parameters }: WatchParameters,
): AsyncGenerator<CustomerEvent, void, undefined> {
  const session = await openCustomersSession(client, parameters);
  const node = await client.cairn.node();
  const customerOf = new Map(session.entries.map(({ key, id }: BookEntry) => [key, id]));
  /** Of accounts that L1 has: until then, an index may become another account's. */
  const settled = new Map<number, string | null>();

  const find = async (index: number, isOnL1: boolean): Promise<string | null> => {
    const known = settled.get(index);
    if (known !== undefined) return known;
    const account = await findAccount(node, index, { signal });
    const isOurs = account !== null && BigInt(account.owner) === session.owner;
    const customer = isOurs ? (customerOf.get(account.key.toLowerCase()) ?? null) : null;
    if (isOnL1 && account !== null) settled.set(index, customer);
    return customer;
  };

  /** The customer's side of an entry; null when it has none. */
  const sideOf = async ({ entry: { to, from }, status }: Extract<StreamEvent, { readonly type: "entry" }>) => {
    const isOnL1 = status === "proven" || status === "final";
    for (const [direction, side] of [
      ["in", to],
      ["out", from],
    ] as const) {
      if (side?.account == null || BigInt(side.owner) !== session.owner) continue;
      const customer = await find(side.account, isOnL1);
      if (customer !== null) return { customer, direction };
    }
    return null;
  };

  for await (const event of node.stream({ owner: ownerOf(session), cursor, signal })) {
    const told = event.type === "entry" ? await sideOf(event) : null;
    yield { customer: told?.customer ?? null, direction: told?.direction ?? null, event };
  }
}
