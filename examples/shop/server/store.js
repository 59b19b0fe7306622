import { open } from "lmdb";

/** @typedef {ReturnType<typeof openStore>} Store */
/** @typedef {import("./orders.js").Order} Order */
/**
 * One movement of the shop's account: what it changed, in the token's smallest unit.
 * @typedef {{ type: string, change: string, status: string, reference: string | null }} Movement
 */

/**
 * The shop's memory: LMDB, whose transactions are on the disk when they return. One server at a time.
 * @param {string} path
 */
export function openStore(path) {
  // Without overlappingSync: false, a transaction could return before it is on the disk.
  const root = open({ path, encoding: "json", overlappingSync: false });
  return {
    /** Orders by id. @type {import("lmdb").Database<Order, string>} */
    orders: root.openDB({ name: "orders", encoding: "json" }),
    /** Ids of orders by those of their requests. @type {import("lmdb").Database<string, string>} */
    requests: root.openDB({ name: "requests", encoding: "json" }),
    /** Orders with something left to do. @type {import("lmdb").Database<true, string>} */
    work: root.openDB({ name: "work", encoding: "json" }),
    /** When each message of the node was booked, in milliseconds. @type {import("lmdb").Database<number, string>} */
    messages: root.openDB({ name: "messages", encoding: "json" }),
    /** The account's movements by transaction or queue entry. @type {import("lmdb").Database<Movement, string>} */
    books: root.openDB({ name: "books", encoding: "json" }),
    /** The webhook and its secret. @type {import("lmdb").Database<{ id: string, secret: string }, string>} */
    webhook: root.openDB({ name: "webhook", encoding: "json" }),
    /** Runs all of it or nothing. @type {<T>(work: () => T) => T} */
    transaction: (work) => root.transactionSync(work),
    close: () => root.close(),
  };
}
