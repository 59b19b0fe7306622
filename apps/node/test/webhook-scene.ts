import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Database } from "@cairn/db";
import { type RouteResponse, WEBHOOK_ROUTES, type WebhookRouteName } from "@cairn/rpc";
import { type ReceivedWebhook, receiveWebhook } from "@cairn/webhooks";
import { pino } from "pino";
import { Registry } from "prom-client";
import type { Clock, ManualClock } from "../src/clock.ts";
import { secret } from "../src/config/setting.ts";
import { createCouriers } from "../src/webhooks/couriers.ts";
import { createWebhookHandlers } from "../src/webhooks/handlers.ts";
import { createWebhookMetrics } from "../src/webhooks/metrics.ts";
import { createSender } from "../src/webhooks/send.ts";
import { type EventServer, serveEvents } from "./event-scene.ts";

/** Token of the operations about webhooks. */
export const TOKEN = "operators-token";
const DOMAIN = { chainId: 31337n, rollup: 0xabcn };

/** A node's webhooks over a database: its API, and who takes the messages. */
export interface WebhookNode {
  readonly server: EventServer;
  readonly registry: Registry;
  /** Calls an operation; with an error, the answer's body is the result. */
  readonly call: <Name extends WebhookRouteName>(
    name: Name,
    args?: { readonly id?: string; readonly query?: string; readonly body?: object; readonly token?: string },
  ) => Promise<{ readonly status: number; readonly body: RouteResponse<Name> }>;
  readonly stop: () => Promise<void>;
}

/** Starts one; nothing is kept in memory that a second one over the same database would miss. */
export async function startWebhookNode(
  database: Database,
  clock: Clock,
  { allowsHttp = false }: { readonly allowsHttp?: boolean } = {},
): Promise<WebhookNode> {
  const source = { db: database.db, domain: DOMAIN, nowMs: clock.nowMs };
  const ending = new AbortController();
  const registry = new Registry();
  const send = createSender({ nowMs: clock.nowMs, signal: ending.signal, version: "test" });
  let changed: (id: string) => void = () => undefined;
  const server = await serveEvents(database, clock, (feed) => {
    const handlers = createWebhookHandlers({ source, log: feed.log, send, allowsHttp, changed: (id) => changed(id) });
    return { handlers, token: secret(TOKEN) };
  });
  const logger = pino({ level: "silent" });
  const metrics = createWebhookMetrics(registry);
  const deps = { source, feed: server.feed, send, clock, logger, metrics, random: () => 0.5 };
  const couriers = createCouriers(deps, ending);
  changed = couriers.poke;
  couriers.start();
  return {
    server,
    registry,
    call: async (name, { id = "", query = "", body, token = TOKEN } = {}) => {
      const { method, path } = WEBHOOK_ROUTES[name];
      const response = await fetch(`${server.url}${path.replace(":id", id)}${query}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as RouteResponse<typeof name> };
    },
    stop: async () => {
      await couriers.stop();
      await server.stop();
    },
  };
}

/** A receiver of messages that answers as it is told. */
export interface Receiver {
  readonly url: string;
  /** What came with a right signature, in order, and how it was answered. */
  readonly heard: { readonly webhook: ReceivedWebhook; readonly status: number }[];
  /** Requests that came with a wrong one. */
  readonly rejected: number;
  /** Ids of messages that were answered with 200, in order. */
  readonly taken: () => string[];
  /** Status of the next answers; 200 at first. Null breaks the connection. */
  answer: (one: ReceivedWebhook) => number | null;
  readonly headers: Record<string, string>;
  secret: string;
  readonly close: () => Promise<void>;
}

/** Listens on a free port, or on the one that it had before. */
export async function startReceiver(clock: ManualClock | Clock, port = 0): Promise<Receiver> {
  let rejected = 0;
  const heard: Receiver["heard"] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { secret } = receiver;
      try {
        const body = Buffer.concat(chunks);
        const webhook = await receiveWebhook({ headers: request.headers, body }, { secret, nowMs: clock.nowMs });
        const status = receiver.answer(webhook);
        heard.push({ webhook, status: status ?? 0 });
        if (status === null) request.socket.destroy();
        else response.writeHead(status, receiver.headers).end("whatever");
      } catch {
        rejected++;
        response.writeHead(401).end();
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard,
    get rejected() {
      return rejected;
    },
    taken: () => heard.flatMap(({ webhook, status }) => (status === 200 ? [webhook.id] : [])),
    answer: () => 200,
    headers: {},
    secret: "",
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
