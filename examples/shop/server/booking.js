import { apiErrorOf } from "@cairn/sdk";
import { book } from "./orders.js";

/** @typedef {import("@cairn/webhooks").ReceivedWebhook} Received */
/** @typedef {import("@cairn/rpc").RouteResponse<"accountHistory">["entries"][number]} Entry */
/**
 * @typedef {{ client: import("./client.js").Client, account: import("./client.js").OwnAccount,
 *   store: import("./store.js").Store, inTurn: import("./turns.js").Turns, nowSeconds: () => number }} BookingDeps
 */

/** Messages come again for up to 30 days. */
const KEPT_MS = 35 * 86_400_000;
const PAGE = 100;
const GONE = ["rejected", "replaced", "expired", "removed"];

/** @param {Pick<Entry, "id" | "queuePosition">} entry */
const keyOf = ({ id, queuePosition }) => id ?? `queue-${queuePosition}`;

/**
 * Books what the node tells, and what it told while nobody listened.
 * @param {BookingDeps} deps
 */
export function createBooking({ client, account, store, inTurn, nowSeconds }) {
  /**
   * An order with the state of its request as the node has it now: a message's own is of the time when it was made.
   * @param {string} id
   */
  async function ask(id) {
    const order = store.orders.get(id);
    const node = await client.cairn.node();
    const seen =
      order &&
      (await node.paymentRequest({ id: order.request }).catch(async (error) => {
        if (apiErrorOf(error)?.code !== "not-found") throw error;
        return registerAgain(node, order);
      }));
    return seen ? { id, seen } : null;
  }

  /**
   * A node that was restored from L1 has no requests: asked for again with the same content, it is the same request.
   * @param {import("@cairn/sdk").NodeClient} node
   * @param {import("./orders.js").Order} order
   */
  async function registerAgain(node, { id, price, expiresAt, request }) {
    if (expiresAt < nowSeconds()) return null;
    const [amount, reference] = [BigInt(price), `order ${id}`];
    await client.requestPayment({ amount, reference, expiresAt, token: account.tokenId, account: account.index });
    return node.paymentRequest({ id: request });
  }

  /** @param {string} id @param {import("./orders.js").RequestState} seen */
  function bookOrder(id, seen) {
    const order = store.orders.get(id);
    if (order === undefined) return;
    store.orders.putSync(id, book(order, seen, nowSeconds()));
    store.work.putSync(id, true);
  }

  /** Books an order as the node has it now; for who has its turn. @param {string} id */
  async function refresh(id) {
    const one = await ask(id);
    if (one !== null) store.transaction(() => bookOrder(id, one.seen));
  }

  /** A movement stands in the books once, under its transaction or queue entry. @param {Entry} entry @param {string} status */
  function bookEntry({ id, queuePosition, type, direction, amount, fee, reference, outcome }, status) {
    if (type === "payout" || type === "setKey" || (type === "forcedWithdraw" && outcome !== "exited")) return;
    const key = keyOf({ id, queuePosition });
    // A message that was given up comes later than those after it.
    if (store.books.get(key)?.status === "final") return;
    if (GONE.includes(status)) return void store.books.removeSync(key);
    const [moved, cost] = [BigInt(amount ?? 0), BigInt(fee ?? 0)];
    const change = { in: moved, out: -moved - cost, both: -cost, none: 0n }[direction];
    store.books.putSync(key, { type, change: `${change}`, status, reference });
  }

  return {
    refresh,

    // #region take
    /**
     * Books a message, once: its id is written in the same transaction as all that it changes. Resolves to the orders that
     * it concerns.
     * @param {Received} received
     */
    async take({ id: message, message: { type, data, requests } }) {
      if (store.messages.get(message) !== undefined) return [];
      if (type === "reset") return this.catchUp();
      const ids = requests.flatMap(({ id }) => store.requests.get(id) ?? []);
      return inTurn(ids[0] ?? "", async () => {
        const asked = await Promise.all(ids.map(ask));
        store.transaction(() => {
          if (store.messages.get(message) !== undefined) return;
          store.messages.putSync(message, Date.now());
          if (data?.type === "entry") bookEntry(data.entry, data.status);
          for (const one of asked) if (one !== null) bookOrder(one.id, one.seen);
        });
        return ids;
      });
    },
    // #endregion

    /** Asks for all that may have been missed: movements, newest first, until all are known as final, and open orders. */
    async catchUp() {
      const node = await client.cairn.node();
      /** @type {string | null | undefined} */
      let cursor;
      while (cursor !== null) {
        const from = cursor === undefined ? {} : { cursor };
        const page = await node.accountHistory({ index: account.index, limit: PAGE, ...from });
        const isKnown = page.entries.every((entry) => store.books.get(keyOf(entry))?.status === "final");
        store.transaction(() => {
          for (const entry of page.entries) bookEntry(entry, entry.status);
        });
        cursor = isKnown ? null : page.next;
      }
      const ids = [...store.work.getKeys()];
      for (const id of ids) await inTurn(id, () => refresh(id));
      return ids;
    },

    /** Forgets ids of messages that will not come again. */
    forgetOld() {
      const old = [...store.messages.getRange()].filter(({ value }) => value < Date.now() - KEPT_MS);
      store.transaction(() => {
        for (const { key } of old) store.messages.removeSync(key);
      });
    },
  };
}
