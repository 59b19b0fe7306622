import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { isCairnError } from "@cairn/protocol";
import { parseAmount } from "@cairn/sdk";
import { receiveWebhook } from "@cairn/webhooks";
import { CATALOGUE } from "./catalogue.js";
import { cancel, ship, stateOf } from "./orders.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./orders.js").Order} Order */
/**
 * @typedef {import("./settling.js").SettlingDeps & { secret: string, adminToken: string, orderSeconds: number,
 *   config: { chainId: number, rollup: string, node: string, token: string },
 *   booking: ReturnType<typeof import("./booking.js").createBooking>,
 *   settling: ReturnType<typeof import("./settling.js").createSettling>,
 *   log: (message: string, details?: unknown) => void }} ServerDeps
 */

const PAGE = join(import.meta.dirname, "../page/dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const MAX_BODY = 1_000_000;

/**
 * The shop's server: the page, orders, what its people do, and the webhook.
 * @param {ServerDeps} deps
 */
export function createShopServer(deps) {
  const { client, account, store, inTurn, nowSeconds, booking, settling, secret, adminToken, log } = deps;
  /** Pages that watch an order. @type {Map<string, Set<Response>>} */
  const watchers = new Map();

  /** What a customer sees of an order. Whoever knows its id may see it. @param {Order} order */
  const show = (order) => {
    const { id, item, price, expiresAt, link, qrText, seen, refunds } = order;
    const paid = seen?.paid ?? "0";
    return {
      id,
      item,
      price,
      expiresAt,
      link,
      qrText,
      state: stateOf(order),
      paid,
      refunds,
      decimals: account.decimals,
    };
  };
  /** @param {readonly string[]} ids */
  const tell = (ids) => {
    for (const id of ids) {
      const order = store.orders.get(id);
      for (const page of watchers.get(id) ?? []) page.write(`data: ${JSON.stringify(order && show(order))}\n\n`);
    }
  };
  /** @param {readonly string[]} ids */
  const settle = async (ids) => {
    tell(ids);
    for (const id of ids) await settling.settle(id).catch((error) => log("not settled yet", { id, error }));
    tell(ids);
  };

  /** @param {Request} request */
  const webhook = async (request) => {
    const received = await receiveWebhook({ headers: request.headers, body: await bodyOf(request) }, { secret });
    const ids = await booking.take(received);
    // The message is booked; what follows from it goes on without the node waiting.
    void settle(ids);
    return null;
  };

  /** @param {Request} request */
  const newOrder = async (request) => {
    const { item } = JSON.parse(String(await bodyOf(request)));
    const found = CATALOGUE.find(({ id }) => id === item);
    if (found === undefined) throw new RangeError("there is no such item");
    // #region order
    const [id, amount] = [randomBytes(12).toString("base64url"), parseAmount(found.price, account.decimals)];
    const expiresAt = nowSeconds() + deps.orderSeconds;
    const { index, tokenId: token } = account;
    const asked = await client.requestPayment({ amount, token, account: index, reference: `order ${id}`, expiresAt });
    const { id: request_, link, qrText } = asked;
    // #endregion
    /** @type {Order} */
    const order = {
      ...{ id, item, price: `${amount}`, expiresAt, request: request_, link, qrText },
      ...{ seen: null, finalAt: null, shippedAt: null, closed: null, refunds: [] },
    };
    // Nobody has seen the link before this: if the shop dies here, there is no order.
    store.transaction(() => {
      store.orders.putSync(id, order);
      store.requests.putSync(request_, id);
      store.work.putSync(id, true);
    });
    return show(order);
  };

  /** @param {string} id */
  const find = (id) => {
    const order = store.orders.get(id);
    if (order === undefined) throw new RangeError("there is no such order");
    return order;
  };
  /** @param {string} id @param {(order: Order) => Order} change */
  const change = async (id, change) => {
    const order = await inTurn(id, async () => {
      store.work.putSync(id, true);
      return settling.update(id, change);
    });
    void settle([id]);
    return show(order);
  };

  /** @param {Request} request @param {Response} response @param {string} id */
  const watch = (request, response, id) => {
    const order = find(id);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`data: ${JSON.stringify(show(order))}\n\n`);
    const pages = watchers.get(id) ?? new Set();
    watchers.set(id, pages.add(response));
    request.once("close", () => pages.delete(response) && pages.size === 0 && watchers.delete(id));
  };

  const books = () => ({
    account: account.index,
    movements: [...store.books.getRange()].map(({ key, value }) => ({ id: key, ...value })),
    orders: [...store.orders.getRange()].map(({ value }) => show(value)),
    unfinished: [...store.work.getKeys()],
  });

  /** @param {Request} request @param {Response} response @returns {Promise<unknown>} */
  const route = async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://shop");
    const [, first = "", id = "", action = ""] = pathname.split("/");
    const isAdmin = isSame(request.headers.authorization ?? "", `Bearer ${adminToken}`);
    switch (`${request.method} ${first}${id && "/:id"}${action && `/${action}`}`) {
      case "POST cairn":
        return webhook(request);
      case "GET config":
        return deps.config;
      case "GET catalogue":
        return CATALOGUE;
      case "POST orders":
        return newOrder(request);
      case "GET orders/:id":
        return show(find(id));
      case "GET orders/:id/events":
        return watch(request, response, id);
      case "POST orders/:id/ship":
        return isAdmin ? change(id, (order) => ship(order, nowSeconds())) : refuse(401);
      case "POST orders/:id/cancel":
        return isAdmin ? change(id, cancel) : refuse(401);
      case "GET books":
        return isAdmin ? books() : refuse(401);
      default:
        return request.method === "GET" ? file(pathname, response) : refuse(404);
    }
  };

  const server = createServer(async (request, response) => {
    try {
      const answer = await route(request, response);
      if (response.headersSent) return;
      if (answer === null) response.writeHead(204).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } catch (error) {
      const status = statusOf(error);
      if (status >= 500) log("request failed", { path: request.url, error });
      if (!response.headersSent) response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: status < 500 && error instanceof Error ? error.message : "try again" }));
    }
  });
  return { server, settle, tell };
}

class Refusal extends Error {
  /** @param {number} status */
  constructor(status) {
    super(status === 401 ? "this needs the shop's token" : "there is nothing here");
    this.status = status;
  }
}

/** @param {number} status @returns {never} */
function refuse(status) {
  throw new Refusal(status);
}

/** @param {unknown} error */
function statusOf(error) {
  if (error instanceof Refusal) return error.status;
  if (error instanceof RangeError || error instanceof SyntaxError) return 400;
  return isCairnError(error, "webhooks/bad-signature") || isCairnError(error, "webhooks/wrong-time") ? 401 : 500;
}

/** @param {string} given @param {string} wanted */
function isSame(given, wanted) {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** @param {Request} request */
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new RangeError("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A file of the page that Vite built. @param {string} path @param {Response} response */
async function file(path, response) {
  if (!/^\/(?:index\.html|assets\/[\w-]+\.\w+)?$/.test(path)) refuse(404);
  const name = path === "/" ? "/index.html" : path;
  const body = await readFile(join(PAGE, name)).catch(() => refuse(404));
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(name))] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type }).end(body);
}
