import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Database } from "@cairn/db";
import { bigintToAddress } from "@cairn/protocol";
import { type LogEvent, ROUTES, type RouteResponse } from "@cairn/rpc";
import { createNodeClient, type NodeClient, type StreamEvent, type StreamOptions } from "@cairn/sdk";
import { pino } from "pino";
import { Registry } from "prom-client";
import type { LedgerEntry } from "../src/api/entries.ts";
import { createEventHandlers } from "../src/api/event-handlers.ts";
import type { Handlers } from "../src/api/handlers.ts";
import { createApiServer, type WebhookOperations } from "../src/api/server.ts";
import { createStream, type Stream } from "../src/api/stream.ts";
import { type Clock, systemClock } from "../src/clock.ts";
import { createEventFeed, type EventFeed } from "../src/events/feed.ts";
import { createEventLog } from "../src/events/log.ts";
import { NO_WEBHOOKS } from "./no-webhooks.ts";

/** An API that serves the events of a database. */
export interface EventServer {
  readonly url: string;
  readonly feed: EventFeed;
  readonly stream: Stream;
  readonly client: NodeClient;
  /** Breaks every connection of the stream, without a word. */
  readonly cut: () => void;
  readonly stop: () => Promise<void>;
}

/** A server over a database, on a free port. */
export async function serveEvents(
  database: Database,
  clock: Clock = systemClock,
  webhooks: (feed: EventFeed) => WebhookOperations = () => NO_WEBHOOKS,
): Promise<EventServer> {
  const logger = pino({ level: "silent" });
  const feed = createEventFeed(createEventLog(database), { clock, logger });
  const limits = { maxClients: 100, pingMs: 20_000, pageOrigins: "none" } as const;
  const stream = createStream(limits, { feed, clock, logger });
  const sockets = new Set<Duplex>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    stream.upgrade(request, socket, head);
  };
  const others = Object.fromEntries(Object.keys(ROUTES).map((name) => [name, () => Promise.reject(new TypeError())]));
  const api = createApiServer(
    {
      host: "127.0.0.1",
      port: 0,
      maxBodyBytes: 1000,
      maxConnections: 1000,
      requestTimeoutMs: 5000,
      pageOrigins: "none",
      rateLimit: null,
      trustedProxies: [],
      pages: null,
      version: "test",
    },
    {
      handlers: { ...(others as unknown as Handlers), ...createEventHandlers(feed.log) },
      assertTaking: () => undefined,
      stream: { ...stream, upgrade },
      webhooks: webhooks(feed),
      logger,
      registry: new Registry(),
    },
  );
  feed.start();
  await api.start();
  return {
    url: api.url(),
    feed,
    stream,
    client: createNodeClient({ url: api.url() }),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      await stream.stop();
      for (const socket of sockets) socket.destroy();
      await feed.stop();
      await api.stop();
    },
  };
}

/** What somebody hears who listens until he is told to stop. */
export interface Listener {
  readonly heard: readonly StreamEvent[];
  readonly stop: () => Promise<void>;
}

/** Listens with the SDK's client; the connection stands when this resolves. */
export async function listen({ client }: Pick<EventServer, "client">, options: StreamOptions = {}): Promise<Listener> {
  const heard: StreamEvent[] = [];
  const ending = new AbortController();
  const connected = Promise.withResolvers<void>();
  const done = (async () => {
    for await (const event of client.stream({ retryDelayMs: 1, signal: ending.signal, ...options })) {
      heard.push(event);
      if (event.type === "connected") connected.resolve();
    }
  })();
  done.catch(connected.reject);
  await connected.promise;
  return {
    heard,
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}

/** Reads all pages of events. */
export async function readAll(
  { client }: Pick<EventServer, "client">,
  query: Parameters<NodeClient["events"]>[0] = {},
): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let { cursor } = query;
  for (let isEnd = false; !isEnd; ) {
    const page: RouteResponse<"events"> = await client.events({
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
    });
    events.push(...page.events);
    cursor = page.next;
    isEnd = page.isEnd;
  }
  return events;
}

/** An event in one line; connections and cursors are left out. */
export function lineOf(event: StreamEvent): string | null {
  switch (event.type) {
    case "entry": {
      const { type, direction, id, queuePosition, block } = event.entry;
      return `${type} ${direction} ${id === null ? `#${queuePosition}` : BigInt(id)} ${event.status} in ${block}`;
    }
    case "block":
      return `block ${event.number} ${event.status}`;
    case "batch":
      return `batch ${event.firstBlock} ${event.status}`;
    case "reset":
      return "reset";
    default:
      return null;
  }
}

/** {@link lineOf} of each. */
export function linesOf(events: readonly StreamEvent[]): string[] {
  return events.flatMap((event) => lineOf(event) ?? []);
}

/** A history that is put together from events: the last state of each entry that was not removed. */
export function historyFrom(events: readonly LogEvent[]): Map<string, LedgerEntry> {
  const entries = new Map<string, LedgerEntry>();
  for (const event of events) {
    if (event.type !== "entry") continue;
    if (event.status === "removed") entries.delete(entryName(event.entry));
    else entries.set(entryName(event.entry), event.entry);
  }
  return entries;
}

/** What identifies an entry of a history. */
export function entryName({ type, id, queuePosition, block, slot, to, payout }: LedgerEntry): string {
  if (type === "payout") return `payout ${payout?.block} ${payout?.position}`;
  if (type === "fees") return `fees ${block} ${to?.account}`;
  return `${type} ${id ?? queuePosition ?? `${block} ${slot}`}`;
}

/** An owner as queries name it. */
export function ownerText(owner: bigint): string {
  return bigintToAddress(owner);
}
