import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { STREAM_PATH, type StreamMessage, streamQuerySchema } from "@cairn/rpc";
import type { Logger } from "pino";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../clock.ts";
import type { NodeConfig } from "../config/config.ts";
import type { EventFeed } from "../events/feed.ts";
import { createPoller } from "../poller.ts";
import { ApiError, requestError, toApiError } from "./errors.ts";
import { headerLines, rawAnswer } from "./http.ts";
import { allowedOrigin, isOwnPage, type PageOrigins } from "./origins.ts";
import { parseQuery } from "./parameters.ts";
import { createStreamClient, type StreamClient, type StreamRequest, toStreamRequest } from "./stream-client.ts";

/** Limits of the stream. */
export interface StreamLimits {
  readonly maxClients: number;
  /** Time between pings, each with a heartbeat; a client that has not answered one by the next is cut off. */
  readonly pingMs: number;
  /** Whose web pages may connect; others than pages always may. */
  readonly pageOrigins: PageOrigins;
  /** Whether the node's own pages, which are where the stream is, may connect in any case. */
  readonly hasPages?: boolean;
}

/** The limits of a node's stream. */
export function streamLimits({ maxStreamClients: maxClients, pageOrigins, webDir }: NodeConfig): StreamLimits {
  return { maxClients, pingMs: 20_000, pageOrigins, hasPages: webDir !== undefined };
}

/** WebSocket stream of what happens. */
export interface Stream {
  /** Takes over an HTTP upgrade of the stream's path; answers others with 404. Either answer has these headers. */
  readonly upgrade: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers?: Readonly<Record<string, string>>,
  ) => void;
  readonly clients: () => number;
  readonly stop: () => Promise<void>;
}

const FORBIDDEN = new ApiError("forbidden-origin", "pages of this origin may not use the node");
const FULL = new ApiError("unavailable", "the stream accepts no more clients at the moment");
/** Close code of RFC 6455 for what a server does not take. */
const POLICY_VIOLATION = 1008;

/**
 * A stream without clients. Each client reads the log at its own pace and holds a page of it at most; so a slow one, which is
 * cut off when it no longer answers pings, costs the others nothing.
 */
export function createStream(
  limits: StreamLimits,
  deps: { readonly feed: EventFeed; readonly clock: Clock; readonly logger: Logger },
): Stream {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  const answerHeaders = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();
  server.on("headers", (lines, request) => lines.push(...headerLines(answerHeaders.get(request) ?? {})));
  server.on("wsClientError", (_error, socket, request) => {
    socket.end(rawAnswer(requestError(400), answerHeaders.get(request)));
  });
  const alive = new WeakSet<WebSocket>();
  const clients = new Map<WebSocket, StreamClient>();

  const ping = (): undefined => {
    for (const [socket, client] of clients) {
      if (!alive.delete(socket)) socket.terminate();
      else {
        socket.ping();
        // What a browser's page sees: it counts on hearing something now and then, and so do proxies.
        client.beat();
      }
    }
  };
  const pings = createPoller({
    ...deps,
    run: ping,
    failure: "clients of the stream cannot be pinged",
    pollMs: limits.pingMs,
  });
  pings.start(limits.pingMs);

  const accept = (socket: WebSocket, request: StreamRequest): void => {
    const send = (message: StreamMessage) =>
      new Promise<void>((sent) => socket.send(JSON.stringify(message), () => sent()));
    const close = (code: number, reason: string) => socket.close(code, reason);
    const client = createStreamClient(request, { ...deps, send, close });
    clients.set(socket, client);
    alive.add(socket);
    socket.on("pong", () => alive.add(socket));
    socket.on("message", () => socket.close(POLICY_VIOLATION, "the stream takes no messages"));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clients.delete(socket);
      client.stop();
    });
    client.start();
  };

  /** What the client asks for. Throws `ApiError`. */
  const admit = ({ url = "", headers: { origin, host } }: IncomingMessage): StreamRequest => {
    // It may be anything, even something that is not a URL.
    const [path, query = ""] = url.split(/\?(.*)/s, 2);
    if (path !== STREAM_PATH) throw requestError(404);
    // A browser lets every page connect to every WebSocket: only the server can refuse.
    const isOwn = limits.hasPages === true && origin !== undefined && isOwnPage(origin, host);
    if (origin !== undefined && !isOwn && allowedOrigin(limits.pageOrigins, origin) === null) throw FORBIDDEN;
    const request = toStreamRequest(parseQuery(streamQuerySchema, query));
    if (server.clients.size >= limits.maxClients) throw FULL;
    return request;
  };

  return {
    upgrade: (request, socket, head, headers = {}) => {
      socket.on("error", () => socket.destroy());
      answerHeaders.set(request, headers);
      try {
        const wanted = admit(request);
        server.handleUpgrade(request, socket, head, (client) => accept(client, wanted));
      } catch (error) {
        socket.end(rawAnswer(toApiError(error), headers));
      }
    },
    clients: () => server.clients.size,
    stop: async () => {
      await pings.stop();
      for (const client of server.clients) client.close(1001, "the node is stopping");
      server.close();
    },
  };
}
